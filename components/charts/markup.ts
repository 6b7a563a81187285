/** Plotly reads HTML-like markup in every text; names and values are plain. */
export const escapeMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The same for a text of several lines. */
export const escapeLines = (text: string): string => escapeMarkup(text).replaceAll('\n', '<br>');
