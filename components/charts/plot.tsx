'use client';

import { useTheme } from 'next-themes';
import type { PlotlyElement } from 'plotly.js-strict-dist-min';
import { useEffect, useRef } from 'react';
import { useNearViewport } from '@/components/ui/use-near-viewport.ts';
import type { Chart } from '@/lib/series/chart.ts';
import { loadedPlotly, loadPlotly } from './plot-library.ts';
import { toPlotly } from './traces.ts';

interface Props {
  chart: Chart;
  /** Pixels; reserved before the chart is drawn, to avoid layout shifts. */
  height: number;
  /** Called with the id of a clicked point, if it has one. */
  onPick?: (id: string) => void;
}

/** Draws a chart with Plotly once it is near the viewport. The only component that uses Plotly. */
export function Plot({ chart, height, onPick }: Props) {
  const element = useRef<PlotlyElement>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const isNear = useNearViewport(element);
  const { resolvedTheme } = useTheme();

  useEffect(() => {
    const target = element.current;
    // Colours can only be resolved once the theme is known.
    if (!target || !isNear || !resolvedTheme) return;
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
  }, [chart, isNear, resolvedTheme]);

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

/** A button that downloads the chart as displayed, at twice its resolution on the page. */
function imageButton(format: 'png' | 'svg') {
  const name = format.toUpperCase();
  const label = `<text x="16" y="12" text-anchor="middle" font-size="11" fill="#8a8f9b">${name}</text>`;
  return {
    name,
    title: `Download this chart as ${name}`,
    icon: { svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 16" width="32">${label}</svg>` },
    click: async (element: HTMLElement) => {
      const plotly = await loadPlotly();
      const { width, height } = element.getBoundingClientRect();
      await plotly.downloadImage(element, { format, width, height, scale: 2, filename: 'transfer-lab' });
    },
  };
}

/** A copy with every `var(--name)` replaced by its value at the element. */
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
