import { html, nothing, type TemplateResult } from 'lit/html.js';
import { formatCameraTime, formatDate } from '../parts/dates.ts';
import { formatBytes, formatCameraName, formatExposure, round } from '../parts/format.ts';
import { styled } from '../parts/styled.ts';
import type { Picture } from '../pictures/collection.ts';
import { sourceTexts } from '../pictures/sources.ts';
import { loadMissingTags, rawTags } from './open-picture.ts';
import { place } from './place.ts';

type Fact = readonly [string, string | TemplateResult | null | undefined];
type Exif = NonNullable<Picture['exif']>;

/** Camera, place and file of a picture. */
export const facts = (picture: Picture): TemplateResult => {
  loadMissingTags(picture);
  const { exif } = picture;
  return html`
    ${exif ? camera(exif) : nothing}
    ${exif?.gps ? place(exif.gps) : nothing}
    <section class="part">
      <h3>File</h3>
      ${table(fileFacts(picture))}
    </section>
    ${rawTagsView(picture)}
  `;
};

const table = (all: readonly Fact[]): TemplateResult => html`
  <table class="facts">
    <tbody>
      ${all
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}
    </tbody>
  </table>
`;

const camera = (exif: Exif): TemplateResult => {
  const name = formatCameraName(exif.camera_make, exif.camera_model);
  const all: Fact[] = [
    ['Camera', name],
    ['Lens', exif.lens_model],
    ['Taken', exif.datetime_original && formatCameraTime(exif.datetime_original)],
    ['Exposure', exif.exposure_time === null ? null : formatExposure(exif.exposure_time)],
    ['Aperture', exif.f_number === null ? null : `f/${round(exif.f_number, 1)}`],
    ['ISO', exif.iso === null ? null : String(exif.iso)],
    ['Focal length', exif.focal_length === null ? null : `${round(exif.focal_length, 1)} mm`],
  ];
  const isSilent = all.every(([, value]) => value === null || value === undefined);
  return isSilent ? html`` : html`<section class="part"><h3>Camera</h3>${table(all)}</section>`;
};

const fileFacts = (picture: Picture): Fact[] => {
  const { metadata, dominant_color: color, focal_point: point } = picture;
  const { processed_at: processedAt } = picture;
  const { width, height, format, size_bytes: size, sha256 } = metadata;
  const megapixels =
    width && height && width * height >= 1e5 ? ` (${round((width * height) / 1e6, 1)} MP)` : '';
  return [
    ['Dimensions', width && height ? `${width} × ${height}${megapixels}` : null],
    ['File size', size === undefined ? null : formatBytes(size)],
    ['Format', format],
    ['Dominant color', color && swatch(color)],
    ['Uploaded', `${formatDate(picture.uploaded_at)}, ${sourceTexts[picture.source]}`],
    [
      'First seen',
      sameMoment(picture) ? null : picture.first_upload && formatDate(picture.first_upload),
    ],
    ['Processed', processedAt && formatDate(processedAt)],
    ['Focal point', point && `${percent(point.x)} from the left, ${percent(point.y)} from the top`],
    ['Object key', picture.file_path && html`<code>${picture.file_path}</code>`],
    ['SHA-256', sha256 && html`<code>${sha256}</code>`],
    ['Image ID', html`<code>${picture.image_id}</code>`],
  ];
};

const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`;

const sameMoment = ({ first_upload: first, uploaded_at: at }: Picture): boolean =>
  !first || Math.abs(Date.parse(first) - Date.parse(at)) < 60_000;

const swatch = (color: string): TemplateResult =>
  html`<span class="swatch" ${styled({ 'background-color': color })}></span> <code>${color}</code>`;

const rawTagsView = ({ image_id: id }: Picture): TemplateResult | typeof nothing => {
  const tags = Object.entries(rawTags(id) ?? {});
  if (tags.length === 0) return nothing;
  return html`
    <details class="part">
      <summary>All ${tags.length} tags</summary>
      ${table(tags.map(([name, value]): Fact => [name, typeof value === 'string' ? value : JSON.stringify(value)]))}
    </details>
  `;
};
