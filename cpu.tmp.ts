import { readFileSync } from 'node:fs';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { sharpShrink } from '#lib/media/render/sharp-shrink.ts';

const b = readFileSync(process.argv[2]!);
const full = process.argv[3] === 'full';
for (let i = 0; i < +(process.argv[4] ?? 3); i++) {
  const c = process.cpuUsage(),
    t = performance.now();
  const ins = await sharpInspect(b);
  if ('refusal' in ins) {
    console.log(ins.refusal.reason);
    process.exit();
  }
  const s = await sharpShrink(b, ins.metadata, [
    { name: 'small', longestSide: 200 },
    { name: 'medium', longestSide: 800 },
    ...(full ? [{ name: 'optimized', longestSide: 65_500 }] : []),
  ]);
  const u = process.cpuUsage(c);
  console.log(
    'refusal' in s
      ? s.refusal.reason
      : s.renditions
          .map((r) => `${r.name} ${r.width}x${r.height} ${r.format ?? 'jpeg'} ${r.sizeBytes}`)
          .join(', '),
    'wall',
    Math.round(performance.now() - t),
    'cpu',
    Math.round((u.user + u.system) / 1000),
    'maxRSS MB',
    Math.round(process.resourceUsage().maxRSS / 1000),
  );
  if (i === 0 && !('refusal' in s))
    (await import('node:fs')).writeFileSync('/tmp/media-try/medium.jpg', s.renditions[1]!.bytes);
}
