/** Plotly reads markup in names; a person's name for a run is text. Long ones would leave no room for the figures. */
export function asText(name: string): string {
  const short = name.length > 28 ? `${name.slice(0, 27)}…` : name;
  return short.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
