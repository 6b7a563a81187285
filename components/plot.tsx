'use client';

import { useTheme } from 'next-themes';
import type { Layout, Plotly, Trace } from 'plotly.js-strict-dist-min';
import { type RefObject, useEffect, useRef, useState } from 'react';

/** What to draw. A colour may be a token, `var(--line)`: it is looked up when drawn, so a figure knows no theme. */
export interface Figure {
  traces: Trace[];
  layout: Layout;
}

interface Props {
  figure: Figure;
  /** What the chart shows, for those who cannot see it. */
  label: string;
  /** In pixels: kept from the start, so that nothing jumps. */
  height: number;
}

let loading: Promise<Plotly> | undefined;
const loadPlotly = (): Promise<Plotly> => {
  loading ??= import('plotly.js-strict-dist-min').then((module) => module.default);
  return loading;
};

/** The one component that draws with Plotly. What to draw is decided by `prepare-*.ts`. */
export function Plot({ figure, label, height }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const near = useNear(element);
  const { resolvedTheme } = useTheme();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme gives the same tokens other colours
  useEffect(() => {
    const target = element.current;
    if (!target || !near) return;
    let isCurrent = true;
    void loadPlotly().then((plotly) => {
      if (!isCurrent) return;
      const layout = withDefaults(figure.layout, getComputedStyle(target).fontFamily);
      void plotly.react(target, resolveTokens(figure.traces, target), resolveTokens(layout, target), config);
    });
    return () => {
      isCurrent = false;
    };
  }, [figure, near, resolvedTheme]);

  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const observer = new ResizeObserver(async () => {
      const plotly = await loading;
      if (plotly && target.isConnected && target.classList.contains('js-plotly-plot')) plotly.Plots.resize(target);
    });
    observer.observe(target);
    return () => {
      observer.disconnect();
      void loading?.then((plotly) => plotly.purge(target));
    };
  }, []);

  return <div ref={element} role="img" aria-label={label} style={{ height }} className="w-full overflow-hidden" />;
}

/** Whether the element has come near what is seen: Plotly is 1 MB that a page without charts need not load. */
function useNear(element: RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), {
      rootMargin: '200px',
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return near;
}

const config = {
  displaylogo: false,
  modeBarButtons: [['toImage']],
  toImageButtonOptions: { format: 'svg', filename: 'transfer-lab' },
};

const axis = { gridcolor: 'var(--line)', linecolor: 'var(--line)', zeroline: false, ticks: '', automargin: true };

function withDefaults(layout: Layout, family: string): Layout {
  return {
    // A new figure of the same chart keeps what the reader zoomed to.
    ...{ uirevision: 'same', autosize: true, margin: { t: 28, r: 12, b: 40, l: 52 } },
    ...{ paper_bgcolor: 'var(--panel)', plot_bgcolor: 'var(--panel)' },
    font: { family, size: 11, color: 'var(--soft)' },
    hoverlabel: { bgcolor: 'var(--panel)', bordercolor: 'var(--line-strong)', font: { color: 'var(--ink)' } },
    modebar: { bgcolor: 'transparent', color: 'var(--faint)', activecolor: 'var(--ink)' },
    ...layout,
    xaxis: { ...axis, ...(layout.xaxis as object) },
    yaxis: { ...axis, ...(layout.yaxis as object) },
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
