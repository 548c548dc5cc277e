// Stands in for markdown-it, which GraphiQL wants for descriptions: Monaco brings a reader of Markdown already.

import { marked, Renderer } from 'monaco-editor/esm/vs/base/common/marked/marked.js';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const renderer = new Renderer();
// As in markdown-it, a description's own HTML is text.
renderer.html = ({ text }) => text.replaceAll(/[&<>]/g, (character) => ENTITIES[character]);

export default class Markdown {
  render(text) {
    return marked.parse(text, { renderer });
  }
}
