export const say = (text: string): void => void process.stdout.write(`${text}\n`);

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
