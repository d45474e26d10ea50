/** Runs inside the page (html.browser.test.ts evaluates this text): what a reader would trip over. */

/** Lowest contrast (WCAG) of any piece of text against the paper or panel behind it. */
function lowestContrast() {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const hasText = ({ childNodes }) =>
    [...childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
  const shown = [...document.querySelectorAll('body *')].filter(
    (element) => element.tagName !== 'title' && hasText(element),
  );
  return Math.min(
    ...shown.map((element) => {
      const style = getComputedStyle(element);
      const colour = element instanceof SVGElement ? style.fill : style.color;
      const [light, dark] = [luminance(colour), luminance(behind(element))].sort((a, b) => b - a);
      return (light + 0.05) / (dark + 0.05);
    }),
  );
}

/** Pairs of labels in one picture that cover each other. */
function overlaps() {
  const found = [];
  for (const svg of document.querySelectorAll('figure svg')) {
    const labels = [...svg.querySelectorAll('text')].map((text) => ({
      text: text.textContent,
      box: text.getBoundingClientRect(),
    }));
    labels.forEach((a, index) => {
      for (const b of labels.slice(index + 1)) {
        const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (width > 2 && height > 4) found.push(`${a.text} / ${b.text}`);
      }
    });
  }
  return found;
}

/** Labels that reach over the edge of their picture, where they are cut. */
function clipped() {
  return [...document.querySelectorAll('figure svg')].flatMap((svg) => {
    const picture = svg.getBoundingClientRect();
    if (picture.width === 0) return [];
    return [...svg.querySelectorAll('text')]
      .filter((text) => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        const across = left < picture.left - 1 || right > picture.right + 1;
        return across || top < picture.top - 2 || bottom > picture.bottom + 2;
      })
      .map(({ textContent }) => textContent);
  });
}

({
  lowestContrast: lowestContrast(),
  overlaps: overlaps(),
  clipped: clipped(),
  scrolls: document.documentElement.scrollWidth > innerWidth,
});
