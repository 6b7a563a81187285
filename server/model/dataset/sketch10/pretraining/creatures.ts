import { anyColour, black, chance, darker, mix, near, white } from '@/server/model/dataset/sketch10/drawing/colours.ts';
import type { Drawing } from '@/server/model/dataset/sketch10/drawing/pen.ts';

/** Creatures that are not among CIFAR-10's classes. */

export const drawFish: Drawing = (pen, random) => {
  const [colour, fins] = [anyColour(random), anyColour(random)];
  const [length, height] = [random.uniform(0.5, 0.65), random.uniform(0.22, 0.42)];
  pen.polygon([-length * 0.8, 0, -length - 0.35, -height * 0.9, -length - 0.22, 0, -length - 0.35, height * 0.9], fins);
  pen.polygon([-0.2, -height * 0.8, 0.05, -height - 0.22, 0.25, -height * 0.7], fins);
  pen.ellipse(0, 0, length, height, colour);
  if (chance(random, 0.5))
    for (const x of [-0.25, 0, 0.2]) pen.line(x, -height * 0.8, x, height * 0.8, darker(fins, 0.8), 0.07);
  pen.disc(length * 0.62, -height * 0.2, 0.09, white);
  pen.disc(length * 0.64, -height * 0.2, 0.05, black);
};

export const drawSnail: Drawing = (pen, random) => {
  const [body, shell] = [near([0.6, 0.5, 0.35], random, 0.15), anyColour(random)];
  pen.blob([-0.8, 0.55, 0.3, 0.42, 0.55, 0, 0.75, 0.05, 0.7, 0.5, 0.3, 0.65, -0.6, 0.65], body);
  for (const tip of [0.55, 0.8]) {
    pen.line(0.65, 0.05, tip, -0.3, body, 0.06);
    pen.disc(tip, -0.3, 0.06, darker(body, 0.5));
  }
  pen.disc(-0.12, 0.05, 0.45, shell);
  pen.ring(-0.1, 0.06, 0.33, 0.25, darker(shell, 0.6));
  pen.disc(-0.08, 0.08, 0.12, darker(shell, 0.6));
};

export const drawButterfly: Drawing = (pen, random) => {
  const [wing, spots] = [anyColour(random), anyColour(random)];
  const [spread, droop] = [random.uniform(0.55, 0.85), random.uniform(0.35, 0.65)];
  for (const side of [-1, 1]) {
    pen.blob([0, -0.1, side * spread * 0.6, -0.7, side * spread, -0.5, side * spread * 0.7, 0, 0, 0.1], wing);
    pen.blob(
      [0, 0.05, side * spread * 0.6, 0.1, side * spread * 0.75, droop, side * spread * 0.3, droop + 0.1, 0, 0.2],
      darker(wing, 0.8),
    );
    pen.disc(side * spread * 0.65, -0.35, 0.12, spots);
    pen.line(0, -0.35, side * 0.2, -0.75, black, 0.04);
  }
  pen.limb(0, -0.35, 0, 0.4, black, 0.1);
};

export const drawSpider: Drawing = (pen, random) => {
  const colour = chance(random, 0.6) ? near(black, random) : anyColour(random);
  const knee = random.uniform(0.15, 0.4);
  for (const side of [-1, 1]) {
    for (let leg = 0; leg < 4; leg++) {
      const y = -0.3 + leg * 0.22;
      pen.path(
        [side * 0.1, y * 0.5, side * 0.5, y - knee + leg * 0.1, side * 0.85, y + leg * 0.12],
        colour,
        0.07,
        0.05,
      );
    }
  }
  pen.ellipse(0, 0.25, 0.3, 0.36, colour);
  pen.disc(0, -0.15, 0.2, darker(colour, 0.8));
};

export const drawOctopus: Drawing = (pen, random) => {
  const colour = anyColour(random);
  for (let arm = 0; arm < 6; arm++) {
    const x = -0.45 + arm * 0.18;
    pen.path(
      [x * 0.8, 0.1, x * 1.3, 0.5, x * 1.5 + random.uniform(-0.15, 0.15), 0.85],
      darker(colour, 0.85),
      0.16,
      0.07,
    );
  }
  pen.ellipse(0, -0.25, random.uniform(0.38, 0.5), random.uniform(0.42, 0.55), colour);
  for (const side of [-1, 1]) {
    pen.disc(side * 0.18, -0.15, 0.11, white);
    pen.disc(side * 0.18, -0.13, 0.06, black);
  }
};

export const drawTurtle: Drawing = (pen, random) => {
  const [skin, shell] = [near([0.45, 0.55, 0.3], random, 0.15), anyColour(random)];
  for (const x of [-0.4, 0.35]) pen.limb(x, 0.3, x + random.uniform(-0.1, 0.1), 0.6, skin, 0.2, 0.15);
  pen.polygon([-0.55, 0.25, -0.85, 0.4, -0.5, 0.4], skin);
  pen.limb(0.5, 0.2, 0.75, 0, skin, 0.2, 0.26);
  pen.disc(0.8, -0.04, 0.045, black);
  pen.polygon([-0.65, 0.35, -0.55, -0.05, -0.25, -0.35, 0.15, -0.35, 0.45, -0.05, 0.58, 0.35], shell);
  for (const x of [-0.3, -0.02, 0.26]) pen.line(x, -0.3, x * 1.3, 0.33, darker(shell, 0.6), 0.06);
};

export const drawCrab: Drawing = (pen, random) => {
  const colour = chance(random, 0.6) ? near([0.8, 0.35, 0.2], random, 0.15) : anyColour(random);
  for (const side of [-1, 1]) {
    for (let leg = 0; leg < 3; leg++)
      pen.path(
        [side * 0.35, 0.15 + leg * 0.1, side * 0.7, 0.1 + leg * 0.2, side * 0.75, 0.45 + leg * 0.15],
        darker(colour, 0.8),
        0.08,
        0.05,
      );
    pen.path([side * 0.4, 0, side * 0.7, -0.2, side * 0.6, -0.45], colour, 0.13);
    pen.polygon(
      [side * 0.6, -0.3, side * 0.35, -0.6, side * 0.55, -0.55, side * 0.65, -0.8, side * 0.8, -0.45],
      colour,
    );
    pen.line(side * 0.12, -0.1, side * 0.15, -0.32, colour, 0.05);
    pen.disc(side * 0.15, -0.34, 0.06, black);
  }
  pen.ellipse(0, 0.15, 0.5, 0.32, colour);
};

export const drawPerson: Drawing = (pen, random) => {
  const [skin, shirt, trousers] = [near([0.75, 0.55, 0.42], random, 0.2), anyColour(random), anyColour(random)];
  const stride = random.uniform(0.05, 0.3);
  for (const side of [-1, 1]) {
    pen.limb(side * 0.1, 0.2, side * stride, 0.85, trousers, 0.17, 0.12);
    pen.path(
      [
        side * 0.18,
        -0.3,
        side * random.uniform(0.25, 0.45),
        -0.05,
        side * random.uniform(0.2, 0.6),
        random.uniform(-0.4, 0.2),
      ],
      darker(shirt, 0.85),
      0.12,
      0.09,
    );
  }
  pen.polygon([-0.22, -0.38, 0.22, -0.38, 0.18, 0.25, -0.18, 0.25], shirt);
  pen.disc(0, -0.6, 0.18, skin);
  pen.ellipse(0, -0.7, 0.19, 0.11, near([0.25, 0.17, 0.1], random, 0.15));
};

export const drawSmiley: Drawing = (pen, random) => {
  const colour = chance(random, 0.5) ? near([0.95, 0.8, 0.2], random) : anyColour(random);
  pen.disc(0, 0, 0.75, colour);
  for (const side of [-1, 1]) pen.ellipse(side * 0.26, -0.2, 0.09, random.uniform(0.09, 0.17), black);
  const smile = random.uniform(-0.15, 0.25);
  pen.path([-0.4, 0.3 - smile, -0.15, 0.3 + smile * 0.6, 0.15, 0.3 + smile * 0.6, 0.4, 0.3 - smile], black, 0.08);
  if (chance(random, 0.3)) pen.ellipse(0, 0.05, 0.09, 0.07, mix(colour, [0.8, 0.2, 0.2], 0.6));
};
