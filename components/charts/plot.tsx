'use client';

import { useTheme } from 'next-themes';
import type { PlotlyElement } from 'plotly.js-strict-dist-min';
import { useEffect, useRef } from 'react';
import { useNear } from '@/components/ui/use-near.ts';
import type { Chart } from '@/lib/series/chart.ts';
import { loadedPlotly, loadPlotly } from './plot-library.ts';
import { toPlotly } from './traces.ts';

interface Props {
  chart: Chart;
  /** In pixels: kept from the start, so that nothing jumps. */
  height: number;
  /** A point that has an id was clicked. */
  onPick?: (id: string) => void;
}

/** The one component that draws with Plotly. `lib/series` prepares what it draws. */
export function Plot({ chart, height, onPick }: Props) {
  const element = useRef<PlotlyElement>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const near = useNear(element);
  const { resolvedTheme } = useTheme();

  useEffect(() => {
    const target = element.current;
    // Without a theme yet there are no colours to look up.
    if (!target || !near || !resolvedTheme) return;
    let isCurrent = true;
    void loadPlotly().then((plotly) => {
      if (!isCurrent) return;
      const { data, layout } = resolveTokens(toPlotly(chart), target);
      const font = { ...layout.font, family: getComputedStyle(target).fontFamily };
      void plotly.react(target, data, { ...layout, font }, config).then(() => {
        target.removeAllListeners?.('plotly_click');
        target.on?.('plotly_click', ({ points: [point] }) => point?.id && pick.current?.(point.id));
      });
    });
    return () => {
      isCurrent = false;
    };
  }, [chart, near, resolvedTheme]);

  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const observer = new ResizeObserver(async () => {
      const plotly = await loadedPlotly();
      if (target.isConnected && target.classList.contains('js-plotly-plot')) plotly?.Plots.resize(target);
    });
    observer.observe(target);
    return () => {
      observer.disconnect();
      void loadedPlotly()?.then((plotly) => plotly.purge(target));
    };
  }, []);

  return <figure ref={element} aria-label={chart.description} style={{ height }} className="w-full overflow-hidden" />;
}

const config = {
  displaylogo: false,
  modeBarButtons: [[imageButton('png'), imageButton('svg')]],
};

/** Takes the chart away as it stands; twice as many pixels as it has on the page, for print. */
function imageButton(format: 'png' | 'svg') {
  const word = format.toUpperCase();
  const label = `<text x="16" y="12" text-anchor="middle" font-size="11" fill="#8a8f9b">${word}</text>`;
  return {
    name: word,
    title: `Download this chart as ${word}`,
    icon: { svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 16" width="32">${label}</svg>` },
    click: async (element: HTMLElement) => {
      const plotly = await loadPlotly();
      const { width, height } = element.getBoundingClientRect();
      await plotly.downloadImage(element, { format, width, height, scale: 2, filename: 'transfer-lab' });
    },
  };
}

/** A copy with every `var(--name)` replaced by what it stands for at the element. */
function resolveTokens<T>(value: T, element: HTMLElement): T {
  const style = getComputedStyle(element);
  const resolve = (item: unknown): unknown => {
    if (typeof item === 'string') {
      return item.replace(/^var\((--[\w-]+)\)$/, (_, name: string) => style.getPropertyValue(name).trim());
    }
    if (Array.isArray(item)) return item.map(resolve);
    if (item === null || typeof item !== 'object') return item;
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, resolve(inner)]));
  };
  return resolve(value) as T;
}
