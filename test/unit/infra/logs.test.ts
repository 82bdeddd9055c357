import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { humanLine } from '#infra/cli/logs/human-line.ts';
import { killedAttempts } from '#infra/cli/logs/killed-attempts.ts';
import { logFilter } from '#infra/cli/logs/log-filter.ts';
import { logFilesIn, openLog } from '#infra/local-cloud/launcher/log-files.ts';
import { type LogLine, parseLogLine } from '#infra/local-cloud/launcher/log-line.ts';
import { eventually } from '#test/support/eventually.ts';

const folder = mkdtempSync(join(tmpdir(), 'darkroom-logs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const aLine = (more: Partial<LogLine> = {}): LogLine => ({
  level: 'INFO',
  message: 'message handled',
  timestamp: '2026-11-21T12:00:01.250Z',
  ...more,
});

describe('the log of one image', () => {
  const logFieldsFor = (wanted: Parameters<typeof logFilter>[0], lines: LogLine[]) => {
    const { learn, isWanted } = logFilter(wanted);
    for (const line of lines) learn(line);
    return lines.filter(isWanted).map(({ message }) => message);
  };
  const lines = [
    aLine({ message: 'before', request_id: 'r1' }),
    aLine({ message: 'upload', request_id: 'r1', image_id: 'mine' }),
    aLine({ message: 'two at once', request_id: 'r2', image_ids: ['mine', 'other'] }),
    aLine({ message: 'of another image', request_id: 'r2', image_id: 'other' }),
    aLine({ message: 'of another request', request_id: 'r3' }),
    aLine({ message: 'worker', image_id: 'mine' }),
  ];

  it('has every line that names the image, and those of its requests', () => {
    expect(logFieldsFor({ image: 'mine' }, lines)).toEqual([
      'before',
      'upload',
      'two at once',
      'worker',
    ]);
  });

  it('may be that of one request', () => {
    expect(logFieldsFor({ request: 'r2' }, lines)).toEqual(['two at once', 'of another image']);
  });

  it('is the whole log without a filter', () => {
    expect(logFieldsFor({}, lines)).toHaveLength(lines.length);
  });
});

describe('a message that was received again', () => {
  const again = aLine({ message: 'message received again', message_id: 'm1', attempts: 2 });
  const annotated = (...before: LogLine[]) => {
    const { learn, annotate } = killedAttempts();
    for (const line of [...before, again]) learn(line);
    return annotate(again)['attempt_before'];
  };

  it('had its attempt before killed where that left no line', () => {
    const other = aLine({ message: 'message retried', message_id: 'm2', attempts: 1 });
    expect(annotated(other)).toBe('was killed or ran into its timeout');
  });

  it('was retried where that is in the log', () => {
    const retried = aLine({ message: 'message retried', message_id: 'm1', attempts: 1 });
    expect(annotated(retried)).toBeUndefined();
  });
});

describe('a line of the log', () => {
  it('is one short line for people', () => {
    const line = aLine({ function_name: 'darkroom-dev-read-exif', duration_ms: 12, image_id: 'x' });

    expect(humanLine(line)).toMatch(
      /^\d\d:\d\d:01\.250 {2}read-exif\s+message handled {2}12 ms {2}image x$/,
    );
  });

  it('shows the error where there is one', () => {
    expect(humanLine(aLine({ level: 'ERROR', error: 'S3 is down' }))).toContain('error=S3 is down');
  });

  it('is not parsed from output that is no JSON log line', () => {
    expect(parseLogLine('Warning: something')).toBeUndefined();
    expect(parseLogLine('{"half": ')).toBeUndefined();
    expect(parseLogLine('{"no":"level"}')).toBeUndefined();
  });
});

describe('the files of the log', () => {
  it('are rotated at 10 MB, and read oldest first', async () => {
    const log = openLog(folder, 'darkroom');
    const megabyte = 'x'.repeat(1024 * 1024 - 20);
    for (let n = 0; n < 25; n++) log.write(`${String(n).padStart(3, '0')} ${megabyte}`);
    await log.close();

    const names = logFilesIn(folder, 'darkroom').map((path) => path.slice(folder.length + 1));
    expect(names.at(-1)).toBe('darkroom.log');
    expect(names.slice(0, -1)).toEqual([...names.slice(0, -1)].sort().reverse());
    expect(names.length).toBeGreaterThan(1);
  });

  it('do not include other files of the folder', () => {
    writeFileSync(join(folder, 'notes.log'), '');

    expect(logFilesIn(folder, 'darkroom').some((path) => path.endsWith('notes.log'))).toBe(false);
  });
  it('are written again once that is possible, and each change is reported once', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => stderr.mockRestore());
    const said = () => stderr.mock.calls.map(([text]) => String(text));
    const file = join(folder, 'again', 'darkroom.log');
    mkdirSync(file, { recursive: true }); // a folder where the file should be
    const log = openLog(join(folder, 'again'), 'darkroom');
    await eventually(() => expect(said()).toHaveLength(1));

    rmdirSync(file);
    writeFileSync(file, 'half a li');
    await eventually(() => {
      log.write('after it');
      expect(readFileSync(file, 'utf8')).toMatch(/^half a li\nafter it\n/);
    });
    await log.close();

    expect(said()).toEqual([
      expect.stringMatching(/^The log cannot be written: .*it is not a file/),
      'The log is written again.\n',
    ]);
  });

  it('can be closed while they cannot be written', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => stderr.mockRestore());
    const blocked = join(folder, 'blocked');
    mkdirSync(join(blocked, 'darkroom.log'), { recursive: true });

    const log = openLog(blocked, 'darkroom');
    await eventually(() => expect(stderr).toHaveBeenCalledOnce());
    log.write('lost');

    await expect(log.close()).resolves.toBeUndefined();
  });
});
