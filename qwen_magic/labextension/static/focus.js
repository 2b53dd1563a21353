// The focus stays where the reader is when an answer that grew settles, and its widgets go.

const FOLDS = ".qwen-magic-fold > button, summary";
const NESTED = "summary ~ *, .qwen-magic-fold > button ~ *";
const LIVE = ".qwen-magic-turn";

/** Return what unfolds an item of an answer, in the order of the items. */
const folds = (area) => [...area.querySelectorAll(FOLDS)].filter((fold) => !fold.closest(NESTED));

/**
 * Keep the focus in a notebook while an element of a growing answer has it.
 *
 * From a fold, it goes on to the fold that takes its place; from all else (Stop, Allow), to the cell.
 */
export function keep({ content }, had) {
  if (!had.matches(":focus-visible")) return; // a mouse pressed it
  const area = had.closest(".jp-OutputArea");
  const place = folds(area).indexOf(had);

  const look = () => {
    const { activeElement, body } = document;
    if (activeElement === had) return;
    const isGone = !had.isConnected || !had.checkVisibility();
    if (!isGone || activeElement !== body) return observer.disconnect();
    const next = folds(area)[place];
    if (!next && place >= 0 && area.querySelector(LIVE)) return; // it is still to come
    observer.disconnect();
    if (next) next.focus();
    else content.activate();
  };
  // What is hidden loses the focus when the page has been drawn.
  const observer = new MutationObserver(() => requestAnimationFrame(() => setTimeout(look)));
  const seen = { childList: true, subtree: true, attributeFilter: ["style", "class"] };
  observer.observe(area, seen);
}
