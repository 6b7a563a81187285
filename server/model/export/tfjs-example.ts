import type { ModelMetadata } from './model-metadata.ts';

const howToOpen =
  'Browsers load the model only from a server: run "npx serve" in this folder and open the address that it prints.';

/** An example page to copy from: loads the model from its own folder and classifies an image that the user selects. */
export const examplePage = ({ description }: ModelMetadata): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${description}</title>
<script src="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@4.22.0/dist/tf.min.js"></script>
<h1>${description}</h1>
<p role="status">Loading the model …</p>
<p><input type="file" accept="image/*"> <canvas width="32" height="32" style="width: 128px; image-rendering: pixelated"></canvas></p>
<ol></ol>
<script type="module">
  const [input, canvas, list, status] = ['input', 'canvas', 'ol', '[role=status]'].map((each) => document.querySelector(each));
  const model = await tf.loadLayersModel('model.json').catch((error) => {
    status.textContent = 'The model could not be loaded. ${howToOpen}';
    throw error;
  });
  const { classes } = model.getUserDefinedMetadata();
  status.textContent = \`Choose an image. Classes: \${classes.join(', ')}.\`;
  input.onchange = async () => {
    canvas.getContext('2d').drawImage(await createImageBitmap(input.files[0]), 0, 0, 32, 32);
    // [1, 32, 32, 3] in [0, 1]; all other preprocessing is part of the model.
    const probabilities = await tf.tidy(() => model.predict(tf.browser.fromPixels(canvas).div(255).expandDims())).data();
    const ranked = classes.map((name, at) => ({ name, p: probabilities[at] })).sort((a, b) => b.p - a.p);
    list.replaceChildren(
      ...ranked.slice(0, 3).map(({ name, p }) => Object.assign(document.createElement('li'), { textContent: \`\${name} \${(p * 100).toFixed(1)} %\` })),
    );
  };
</script>
</html>
`;

/** README.md in the zip: how to load and call the model. */
export const readme = ({ description, classes, input, preprocessing, output, license }: ModelMetadata): string => `\
# ${description}

    const model = await tf.loadLayersModel('model.json'); // stock @tensorflow/tfjs, version 4
    const probabilities = model.predict(images);

- Images: ${input}.
- Preprocessing: ${preprocessing}.
- Result: ${output}, in this order: ${classes.join(', ')}.
- License: ${license}.

\`index.html\` is an example. ${howToOpen}
`;
