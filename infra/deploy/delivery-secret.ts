import { randomBytes } from 'node:crypto';
import { ParameterAlreadyExists, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

type Service = { service: string; provider: { environment?: Record<string, unknown> } };

/** Where the secret of a stage is, unless the operator named another parameter. */
export const nameDeliverySecret = (service: Service, stage: string): void => {
  service.provider.environment ??= {};
  service.provider.environment['DELIVERY_SECRET_PARAMETER'] ||=
    `/${service.service}/${stage}/delivery-secret`;
};

/**
 * Makes the secret that signs links, at the first deployment of a stage: links of a later one must
 * go on working. Only under the name that is given by itself; a parameter that the
 * operator named is theirs to fill.
 */
export const makeDeliverySecret = async (
  parameter: unknown,
  { region, environment }: { region: string; environment: Record<string, string | undefined> },
  client = () => new SSMClient({ region }),
): Promise<void> => {
  if (typeof parameter !== 'string' || environment['DELIVERY_SECRET_PARAMETER']) return;
  const put = new PutParameterCommand({
    Name: parameter,
    Description: 'Signs links of pictures. Rotate it by putting a new secret before it: new,old',
    Type: 'SecureString',
    Value: randomBytes(32).toString('base64url'),
  });
  await client()
    .send(put)
    .catch((error: unknown) => {
      if (!(error instanceof ParameterAlreadyExists)) throw error;
    });
};
