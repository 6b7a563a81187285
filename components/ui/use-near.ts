import { type RefObject, useEffect, useState } from 'react';

/** Whether the element is near what is seen, or with `once`, whether it ever was. A chart that nobody sees need not follow a run. */
export function useNear(element: RefObject<HTMLElement | null>, { once = false } = {}): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const isNear = entries.at(-1)!.isIntersecting;
        setNear(isNear);
        if (isNear && once) observer.disconnect();
      },
      { rootMargin: '200px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, once]);
  return near;
}
