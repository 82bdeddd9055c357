import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import type { HostileFile } from './hostile-files.ts';

/** Names as people and attackers write them. A file system takes all of them; Linux' does. */
const written = [
  'IMG_0001.JPG',
  'ohne Endung',
  '.jpg',
  '.hidden.jpeg',
  'two..dots..jpg',
  'trailing.',
  'trailing space .jpg',
  ' leading space.jpg',
  '-rf.jpg',
  '--help',
  'CON.jpg',
  'a%2Fb%00.jpg',
  '%E0%A4%A.jpg',
  'plus+and&more=1?#x.jpg',
  `quote'"\`$(reboot).jpg`,
  '<img src=x onerror=alert(1)>.jpg',
  "'; DROP TABLE images; --.jpg",
  '..\\..\\windows.jpg',
  'new\nline.jpg',
  'tab\tand\u0007bell.jpg',
  'escape\u001b[31mred.jpg',
  'mirrored\u202egpj.jpg',
  'zero\u200bwidth\ufeff.jpg',
  'Größe Łódź Ærø.jpg',
  'Cafe\u0301.jpg',
  'Фотография.jpg',
  'φωτογραφία.jpg',
  'صورة العطلة.jpg',
  'תמונה.jpg',
  '写真 夏休み.jpg',
  '照片.jpg',
  '사진.jpg',
  'तस्वीर.jpg',
  'ภาพถ่าย.jpg',
  'ፎቶ.jpg',
  '🏖️👩‍👩‍👧‍👦.jpg',
  '𝕱𝖔𝖙𝖔.jpg',
  `${'long '.repeat(49)}.jpg`,
  `${'ü'.repeat(120)}.jpg`,
  'deep/er/and/deep/er/still/picture.jpg',
  'constructor',
  '__proto__',
  'toString.jpg',
  'null',
  'refused/uploads/batches/x.jpg',
];

/** One valid picture under every name: no name may prevent it from being processed. */
export async function* names(): AsyncGenerator<HostileFile> {
  const bytes = await drawnJpeg({ width: 64, height: 48 });
  for (const name of written) yield { name: `names/${name}`, bytes, ends: 'done' };
}
