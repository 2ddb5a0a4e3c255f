// A place to draw a small picture on, as a network wants it: white strokes, cropped, centred by their weight.

import { h } from "../dom.js";

const SIZE = 280, STROKE = 22;

/** `changed` is told of each stroke that ended, with the picture's bytes: height × width × channels. */
export const pad = ({ width, height, channels }, changed) => {
  const canvas = h("canvas", { class: "pad", width: SIZE, height: SIZE, role: "img", tabindex: 0, "aria-label": "A place to draw on with the pointer" });
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  Object.assign(drawing, { lineWidth: STROKE, lineCap: "round", lineJoin: "round", strokeStyle: "#fff", fillStyle: "#000" });
  drawing.fillRect(0, 0, SIZE, SIZE);
  let last = null;

  const at = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * SIZE, (event.clientY - box.top) / box.height * SIZE];
  };
  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    drawing.beginPath();
    drawing.arc(...last, STROKE / 2, 0, 7);
    drawing.fillStyle = "#fff";
    drawing.fill();
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", event => {
    if (!last) return;
    drawing.beginPath();
    drawing.moveTo(...last);
    last = at(event);
    drawing.lineTo(...last);
    drawing.stroke();
  });
  const end = () => {
    if (!last) return;
    last = null;
    changed(bytes());
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);

  // Where the strokes are: their box, and the centre of their weight.
  const extent = () => {
    const { data } = drawing.getImageData(0, 0, SIZE, SIZE);
    let [left, top, right, bottom, weight, sumX, sumY] = [SIZE, SIZE, -1, -1, 0, 0, 0];
    for (let y = 0; y < SIZE; y++) for (let x = 0; x < SIZE; x++) {
      const value = data[(y * SIZE + x) * 4];
      if (value < 40) continue;
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
      weight += value; sumX += value * x; sumY += value * y;
    }
    return weight === 0 ? null : { left, top, side: Math.max(right - left, bottom - top) + 1, x: sumX / weight, y: sumY / weight };
  };

  // Handwritten digits are kept in 20 of 28 pixels; other sizes likewise.
  const bytes = () => {
    const small = document.createElement("canvas");
    [small.width, small.height] = [width, height];
    const context = small.getContext("2d");
    context.fillRect(0, 0, width, height);
    const found = extent();
    if (found) {
      const scale = Math.min(width, height) * 20 / 28 / Math.max(found.side, SIZE / 6);
      context.imageSmoothingQuality = "high";
      context.setTransform(scale, 0, 0, scale, width / 2 - found.x * scale, height / 2 - found.y * scale);
      context.drawImage(canvas, 0, 0);
    }
    const { data } = context.getImageData(0, 0, width, height);
    const out = new Uint8Array(width * height * channels);
    for (let i = 0; i < width * height; i++) for (let channel = 0; channel < channels; channel++) out[i * channels + channel] = data[i * 4 + channel];
    return out;
  };

  return {
    canvas,
    clear() {
      drawing.fillStyle = "#000";
      drawing.fillRect(0, 0, SIZE, SIZE);
    },
  };
};
