import { useEffect, useRef } from 'react';

const side = 32;

interface PixelImageProps {
  /** [32, 32, 3] bytes in base64; null shows a placeholder. */
  pixels: string | null;
  label: string;
  className?: string;
}

/** A 32 px image scaled to its container, with visible pixels. */
export function PixelImage({ pixels, label, className = '' }: PixelImageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || pixels === null) return;
    const bytes = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
    const image = context.createImageData(side, side);
    for (let at = 0; at < side * side; at++) {
      image.data.set([bytes[at * 3]!, bytes[at * 3 + 1]!, bytes[at * 3 + 2]!, 255], at * 4);
    }
    context.putImageData(image, 0, 0);
  }, [pixels]);
  return (
    <canvas
      ref={canvas}
      width={side}
      height={side}
      role="img"
      aria-label={label}
      className={`aspect-square bg-raised [image-rendering:pixelated] ${className}`}
    />
  );
}
