'use client';

import { useTheme } from 'next-themes';
import type { Layout, Trace } from 'plotly.js-strict-dist-min';
import { useEffect, useRef, useState } from 'react';

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

const loadPlotly = () => import('plotly.js-strict-dist-min').then((module) => module.default);

/** The one component that draws with Plotly. What to draw is decided by `prepare-*.ts`. */
export function Plot({ figure, label, height }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const near = useNear(element);
  const { resolvedTheme } = useTheme();
  useEffect(() => {
    const target = element.current;
    if (!target || !near) return;
    let current = true;
    void loadPlotly().then((plotly) => {
      if (current) void plotly.react(target, figure.traces, themed(figure.layout, target), config);
    });
    return () => {
      current = false;
    };
  }, [figure, near, resolvedTheme]);
  useEffect(() => {
    const target = element.current;
    return () => {
      if (target) void loadPlotly().then((plotly) => plotly.purge(target));
    };
  }, []);
  return <div ref={element} role="img" aria-label={label} style={{ height }} className="w-full" />;
}

/** Whether the element has come near what is seen: Plotly is 1 MB that a page without charts need not load. */
function useNear(element: React.RefObject<HTMLElement | null>): boolean {
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
  responsive: true,
  displaylogo: false,
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'zoomIn2d', 'zoomOut2d', 'pan2d'],
  toImageButtonOptions: { format: 'svg' },
};

/** Fonts, lines and grounds from the page's own tokens. */
function themed(layout: Layout, element: HTMLElement): Layout {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    gridcolor: token('--line'),
    linecolor: token('--line'),
    zerolinecolor: token('--line'),
    tickcolor: token('--line'),
    automargin: true,
  };
  return {
    ...layout,
    paper_bgcolor: 'transparent',
    plot_bgcolor: 'transparent',
    font: { family: style.fontFamily, size: 11, color: token('--ink-soft') },
    hoverlabel: { bgcolor: token('--panel'), bordercolor: token('--line'), font: { color: token('--ink') } },
    modebar: { bgcolor: 'transparent', color: token('--ink-soft'), activecolor: token('--ink') },
    xaxis: { ...axis, ...(layout.xaxis as object) },
    yaxis: { ...axis, ...(layout.yaxis as object) },
  };
}
