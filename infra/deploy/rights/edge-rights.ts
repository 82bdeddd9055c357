import { captionSecrets, editSecrets } from '#lib/settings.ts';
import { call, type Meaning, on } from './meaning.ts';

export const edgeRights = {
  'keep answers': {
    grants: [
      on(
        'AnswersTable',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'dynamodb:DeleteItem',
      ),
    ],
    neededFor: call('answers', 'begin'),
  },
  'know caption-secrets': {
    grants: [],
    secrets: captionSecrets,
    neededFor: /\bcaptionSecrets\d*\.map\(/,
  },
  'know edit-secrets': {
    grants: [],
    secrets: editSecrets,
    neededFor: /\beditSecrets\d*\.map\(/,
  },
  'know webhook-secret': {
    grants: [],
    secrets: ['WEBHOOK_SECRET'],
    neededFor: /\bsecret\d*\("WEBHOOK_SECRET"\)/,
  },
} satisfies Record<string, Meaning>;
