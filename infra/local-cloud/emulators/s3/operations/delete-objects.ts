import { chunkVerifier } from '../body/chunk-signatures.ts';
import { incomingBody, readDocument } from '../body/incoming-body.ts';
import { S3Error } from '../s3-error.ts';
import { childrenNamed, childText, malformedXml, parseXml } from '../xml.ts';
import { checkVersion } from './find-object.ts';
import { type Operation, xmlNamespace } from './operation.ts';

const maxKeys = 1000;

export const deleteObject: Operation = ({ bucket, key, headers, query }, { objects }) => {
  checkVersion(key, query.get('versionId'));
  const etag = headers['if-match'];
  const refused = objects.remove(bucket, [{ key, etag: etag === '*' ? undefined : etag }]);
  for (const error of refused.values()) throw error;
  return { status: 204 };
};

export const deleteObjects: Operation = async (request, { objects, key }) => {
  const body = incomingBody(request, chunkVerifier(request.authorization, key));
  const document = parseXml(await readDocument(body));
  const wanted = childrenNamed(document, 'Object').map((object) => {
    const name = childText(object, 'Key');
    if (name === undefined) throw malformedXml();
    const versionId = childText(object, 'VersionId');
    return { key: name, etag: childText(object, 'ETag'), versionId };
  });
  if (document.name !== 'Delete' || wanted.length === 0 || wanted.length > maxKeys) {
    throw malformedXml();
  }

  const isOther = ({ versionId = 'null' }: { versionId?: string | undefined }) =>
    versionId !== 'null' && versionId !== '';
  const refused = objects.remove(
    request.bucket,
    wanted.filter((one) => !isOther(one)),
  );
  for (const one of wanted.filter(isOther)) {
    refused.set(one.key, new S3Error('NoSuchVersion', 'The specified version does not exist.'));
  }
  const isQuiet = childText(document, 'Quiet')?.trim() === 'true';
  const removed = wanted.filter((one) => !refused.has(one.key));
  const result = {
    ...xmlNamespace,
    Deleted: isQuiet ? [] : removed.map((one) => ({ Key: one.key })),
    Error: [...refused].map(([name, { code, message }]) => ({
      Key: name,
      Code: code,
      Message: message,
    })),
  };
  return { xml: ['DeleteResult', result] };
};
