import { validationError } from '../dynamodb-error.ts';

/**
 * DynamoDB's numbers: up to 38 significant digits, magnitudes from 1E-130 to 9.9…9E+125.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
type Decimal = { isNegative: boolean; digits: string /** Of the first digit. */; exponent: number };

const maxDigits = 38;
const maxExponent = 125;
const minExponent = -130;
const smallInteger = /^(?:0|-?[1-9][0-9]{0,14})$/; // exact as a JavaScript number, and canonical
const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

const zero: Decimal = { isNegative: false, digits: '', exponent: 0 };

const parseDecimal = (text: string): Decimal => {
  const match = decimalPattern.exec(text);
  const [, sign, whole = '', fraction = '', power = '0'] = match ?? [];
  if (!match || whole.length + fraction.length === 0)
    throw validationError(
      text === ''
        ? 'The parameter cannot be converted to a numeric value'
        : `The parameter cannot be converted to a numeric value: ${text}`,
    );
  const all = whole + fraction;
  const leadingZeros = all.search(/[1-9]/);
  if (leadingZeros === -1) return zero;
  const digits = all.slice(leadingZeros).replace(/0+$/, '');
  const exponent = whole.length - leadingZeros - 1 + Number(power);
  return { isNegative: sign === '-', digits, exponent };
};

const checkRange = (decimal: Decimal): Decimal => {
  const { digits, exponent } = decimal;
  if (digits === '') return decimal;
  if (digits.length > maxDigits)
    throw validationError('Attempting to store more than 38 significant digits in a Number');
  if (exponent > maxExponent)
    throw validationError(
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    );
  if (exponent < minExponent)
    throw validationError(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
  return decimal;
};

const format = ({ isNegative, digits, exponent }: Decimal): string => {
  if (digits === '') return '0';
  const sign = isNegative ? '-' : '';
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction ? `${sign}${whole}.${fraction}` : `${sign}${whole}`;
};

/** A number as DynamoDB answers it: no exponent, no superfluous zeros. Throws for what is none. */
export const canonicalNumber = (text: string): string =>
  smallInteger.test(text) ? text : format(checkRange(parseDecimal(text)));

/** Bytes of a canonical number: one for each two digits, one more, and one for a minus. */
export const numberSize = (canonical: string): number => {
  const isNegative = canonical.startsWith('-');
  const digits = canonical.replace(/^-?0?\.?0*|\./g, '').replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (isNegative ? 1 : 0);
};

const isSmall = (text: string) => smallInteger.test(text);

/** Negative, zero or positive. */
export const compareNumbers = (left: string, right: string): number => {
  if (isSmall(left) && isSmall(right)) return Number(left) - Number(right);
  const [a, b] = [sortableNumber(left), sortableNumber(right)];
  return a < b ? -1 : Number(a > b);
};

/** The sum (or, with `sign` -1, the difference) of two numbers. Throws where it has no room. */
export const addNumbers = (left: string, right: string, sign: 1 | -1 = 1): string => {
  if (isSmall(left) && isSmall(right)) return String(Number(left) + sign * Number(right));
  const [a, b] = [parseDecimal(left), parseDecimal(right)];
  const lowest = Math.min(lowestPower(a), lowestPower(b));
  const sum = scaled(a, lowest) + BigInt(sign) * scaled(b, lowest);
  return format(checkRange(parseDecimal(`${sum}E${lowest}`)));
};

const lowestPower = ({ digits, exponent }: Decimal) => exponent - Math.max(digits.length - 1, 0);

const scaled = (decimal: Decimal, power: number): bigint => {
  if (decimal.digits === '') return 0n;
  const magnitude = BigInt(decimal.digits) * 10n ** BigInt(lowestPower(decimal) - power);
  return decimal.isNegative ? -magnitude : magnitude;
};

/** Text that sorts by its bytes as the numbers do: sign, exponent, digits; negatives complemented. */
export const sortableNumber = (canonical: string): string => {
  const { isNegative, digits, exponent } = parseDecimal(canonical);
  if (digits === '') return '1';
  const biased = exponent + 500;
  if (!isNegative) return `2${biased}${digits}`;
  const complement = digits.replace(/\d/g, (digit) => String(9 - Number(digit)));
  return `0${999 - biased}${complement}~`; // ends above every digit: -1.5 lies below -1
};

/** The number of which `sortableNumber` made this. */
export const numberOfSortable = (text: string): string => {
  if (text === '1') return '0';
  const isNegative = text.startsWith('0');
  const power = Number(text.slice(1, 4));
  const rest = text.slice(4);
  if (!isNegative) return format({ isNegative, digits: rest, exponent: power - 500 });
  const digits = rest.slice(0, -1).replace(/\d/g, (digit) => String(9 - Number(digit)));
  return format({ isNegative, digits, exponent: 999 - power - 500 });
};
