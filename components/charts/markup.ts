/** Escapes plain text for Plotly, which interprets HTML-like markup in every text. */
export const escapeMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Escapes text and converts its line breaks. */
export const escapeLines = (text: string): string => escapeMarkup(text).replaceAll('\n', '<br>');
