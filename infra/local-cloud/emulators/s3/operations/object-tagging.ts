import { chunkVerifier } from '../body/chunk-signatures.ts';
import { incomingBody, readDocument } from '../body/incoming-body.ts';
import { findObject } from './find-object.ts';
import { type Operation, xmlNamespace } from './operation.ts';
import { parseTagDocument } from './tags.ts';

export const getObjectTagging: Operation = (request, context) => {
  const { tags } = findObject(request, context).details;
  const TagSet = { Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
  return { xml: ['Tagging', { ...xmlNamespace, TagSet }] };
};

export const putObjectTagging: Operation = async (request, context) => {
  const body = incomingBody(request, chunkVerifier(request.authorization, context.key));
  const tags = parseTagDocument(await readDocument(body));
  findObject(request, context);
  context.objects.setTags(request.bucket, request.key, tags);
  return {};
};

export const deleteObjectTagging: Operation = (request, context) => {
  findObject(request, context);
  context.objects.setTags(request.bucket, request.key, []);
  return { status: 204 };
};
