import { type RefObject, useEffect, useState } from 'react';

/** Whether an element is within 200 px of the viewport; with `once`, whether it ever was. */
export function useNearViewport(element: RefObject<HTMLElement | null>, { once = false } = {}): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const { isIntersecting } = entries.at(-1)!;
        setIsNear(isIntersecting);
        if (isIntersecting && once) observer.disconnect();
      },
      { rootMargin: '200px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, once]);
  return isNear;
}
