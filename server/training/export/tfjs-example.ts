/**
 * A page that loads the model beside it and classifies an image of the user's: what to copy into a page of one's own.
 * @param description of the model, in one line
 */
export const examplePage = (description: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${description}</title>
<!-- A browser loads the model from a server only: run "npx serve" in this folder and open the address that it prints. -->
<script src="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@4.22.0/dist/tf.min.js"></script>
<h1>${description}</h1>
<p><input type="file" accept="image/*"> <canvas width="32" height="32" style="width: 128px; image-rendering: pixelated"></canvas></p>
<ol></ol>
<script type="module">
  const model = await tf.loadLayersModel('model.json');
  const { classes } = model.getUserDefinedMetadata();
  const canvas = document.querySelector('canvas');
  document.querySelector('input').onchange = async ({ target }) => {
    canvas.getContext('2d').drawImage(await createImageBitmap(target.files[0]), 0, 0, 32, 32);
    // [1, 32, 32, 3] in [0, 1]: all else is part of the model.
    const probabilities = await tf.tidy(() => model.predict(tf.browser.fromPixels(canvas).div(255).expandDims())).data();
    const ranked = classes.map((name, at) => ({ name, p: probabilities[at] })).sort((a, b) => b.p - a.p);
    document.querySelector('ol').replaceChildren(
      ...ranked.slice(0, 3).map(({ name, p }) => Object.assign(document.createElement('li'), { textContent: \`\${name} \${(p * 100).toFixed(1)} %\` })),
    );
  };
</script>
</html>
`;
