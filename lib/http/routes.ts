import { actOnImagesRoute } from './routes/act-on-images.ts';
import { cancelBatchRoute } from './routes/cancel-batch.ts';
import { createEditSessionRoute } from './routes/create-edit-session.ts';
import { createLinkRoute } from './routes/create-link.ts';
import { createUploadRoute } from './routes/create-upload.ts';
import { createWebhookRoute } from './routes/create-webhook.ts';
import { deleteImageRoute } from './routes/delete-image.ts';
import { deleteWebhookRoute } from './routes/delete-webhook.ts';
import { deliverImageRoute } from './routes/deliver-image.ts';
import { getBatchRoute } from './routes/get-batch.ts';
import { getBatchStatusRoute } from './routes/get-batch-status.ts';
import { getCacheStatusRoute } from './routes/get-cache-status.ts';
import { getEditStatusRoute } from './routes/get-edit-status.ts';
import { getEditsRoute } from './routes/get-edits.ts';
import { getHealthRoute } from './routes/get-health.ts';
import { getImageRoute } from './routes/get-image.ts';
import { getOpenapiRoute } from './routes/get-openapi.ts';
import { getOriginalRoute } from './routes/get-original.ts';
import { getProcessedImageRoute } from './routes/get-processed-image.ts';
import { getResultsRoute } from './routes/get-results.ts';
import { getStatsRoute } from './routes/get-stats.ts';
import { getThumbnailRoute } from './routes/get-thumbnail.ts';
import { getWelcomeRoute } from './routes/get-welcome.ts';
import { listBatchesRoute } from './routes/list-batches.ts';
import { listEditsRoute } from './routes/list-edits.ts';
import { listEventsRoute } from './routes/list-events.ts';
import { listImagesRoute } from './routes/list-images.ts';
import { listWebhooksRoute } from './routes/list-webhooks.ts';
import { patchImageRoute } from './routes/patch-image.ts';
import { resendWebhookRoute } from './routes/resend-webhook.ts';
import { retryImageRoute } from './routes/retry-image.ts';
import { showDocsRoute } from './routes/show-docs.ts';
import { showGalleryRoute } from './routes/show-gallery.ts';
import { startBatchRoute } from './routes/start-batch.ts';
import { startEditRoute } from './routes/start-edit.ts';
import { testWebhookRoute } from './routes/test-webhook.ts';
import { uploadImageRoute } from './routes/upload-image.ts';

/**
 * Every route of the API, by the name of its function. The OpenAPI document and the tests need them all;
 * a function imports its own only.
 */
export const routes = {
  showGallery: showGalleryRoute,
  getWelcome: getWelcomeRoute,
  getHealth: getHealthRoute,
  getOpenapi: getOpenapiRoute,
  showDocs: showDocsRoute,
  uploadImage: uploadImageRoute,
  createUpload: createUploadRoute,
  listImages: listImagesRoute,
  getImage: getImageRoute,
  getThumbnail: getThumbnailRoute,
  getOriginal: getOriginalRoute,
  patchImage: patchImageRoute,
  deleteImage: deleteImageRoute,
  retryImage: retryImageRoute,
  actOnImages: actOnImagesRoute,
  getStats: getStatsRoute,
  listEvents: listEventsRoute,
  deliverImage: deliverImageRoute,
  createLink: createLinkRoute,
  startBatch: startBatchRoute,
  listBatches: listBatchesRoute,
  getBatch: getBatchRoute,
  getBatchStatus: getBatchStatusRoute,
  getResults: getResultsRoute,
  cancelBatch: cancelBatchRoute,
  resendWebhook: resendWebhookRoute,
  getProcessedImage: getProcessedImageRoute,
  createEditSession: createEditSessionRoute,
  startEdit: startEditRoute,
  listEdits: listEditsRoute,
  getEdits: getEditsRoute,
  getEditStatus: getEditStatusRoute,
  getCacheStatus: getCacheStatusRoute,
  createWebhook: createWebhookRoute,
  listWebhooks: listWebhooksRoute,
  deleteWebhook: deleteWebhookRoute,
  testWebhook: testWebhookRoute,
};
