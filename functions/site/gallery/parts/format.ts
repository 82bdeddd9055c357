/** `3.1 MB`: decimal units, as cameras and disks count. */
export const formatBytes = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** step;
  return `${value.toFixed(step === 0 || value >= 100 ? 0 : 1)} ${units[step]}`;
};

/** `83 ms`, `1.4 s`, `2 min 5 s`, `3 h 20 min`. */
export const formatDuration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.round(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};

/** `1/125 s` for a camera's shutter, `2.5 s` where it is slow. */
export const formatExposure = (seconds: number): string =>
  seconds > 0 && seconds < 0.4 ? `1/${Math.round(1 / seconds)} s` : `${round(seconds, 2)} s`;

export const formatPercent = (share: number): string => `${round(share * 100, 1)} %`;

export const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** `1 picture`, `2 pictures`, `10,000 pictures`. */
export const formatCount = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** `33.8583° S, 70.5100° W`: four digits are about ten meters. */
export const formatCoordinates = ({ lat, lon }: { lat: number; lon: number }): string =>
  `${Math.abs(lat).toFixed(4)}° ${lat < 0 ? 'S' : 'N'}, ${Math.abs(lon).toFixed(4)}° ${lon < 0 ? 'W' : 'E'}`;

/** `NIKON D90`, since many models repeat the first word of `NIKON CORPORATION`. */
export const formatCameraName = (make: string | null, model: string | null): string | null => {
  const [brand = ''] = make?.split(' ') ?? [];
  if (make && model && !model.toLowerCase().startsWith(brand.toLowerCase()))
    return `${make} ${model}`;
  return model ?? make;
};

/** The median of the values; undefined where there are none. */
export const median = (values: readonly number[]): number | undefined => quantile(values, 0.5);

/** The value below which this share of the values lies. */
export const quantile = (values: readonly number[], share: number): number | undefined => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
};
