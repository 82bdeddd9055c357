import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';
import { noChange } from 'lit/html.js';

/**
 * Styles that are known at run time only. Set through the CSSOM, since the page's policy allows no
 * style attributes; a value that has not changed is not set again.
 */
class Styled extends Directive {
  private known: Record<string, string> = {};

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('styled() must be used in a tag.');
  }

  render(_styles: Record<string, string>) {
    return noChange;
  }

  override update({ element }: ElementPart, [styles]: [Record<string, string>]) {
    if (!(element instanceof HTMLElement || element instanceof SVGElement)) return noChange;
    for (const [name, value] of Object.entries(styles))
      if (this.known[name] !== value) element.style.setProperty(name, value);
    this.known = styles;
    return noChange;
  }
}

export const styled = directive(Styled);
