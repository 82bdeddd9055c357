// Dies of SIGKILL when a transaction has written its items, their index entries and stream records,
// and has not committed them. Argument: the folder, in which there is a table `things`.
import { openEngine } from '../../emulators/dynamodb/open-engine.ts';
import { commitWrites } from '../../emulators/dynamodb/operations/commit-writes.ts';
import { prepareDelete, preparePut } from '../../emulators/dynamodb/operations/prepare-write.ts';

const engine = openEngine({ folder: process.argv[2] });
const TableName = 'things';
const write = (id: string) =>
  preparePut(engine, { TableName, Item: { id: { S: id }, group: { S: 'dying' } } }).decide();
const writes = [
  write('changed'),
  write('new'),
  prepareDelete(engine, { TableName, Key: { id: { S: 'deleted' } } }).decide(),
];
commitWrites(engine, writes, { alongside: () => process.kill(process.pid, 'SIGKILL') });
