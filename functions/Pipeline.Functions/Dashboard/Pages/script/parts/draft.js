// The spec that is being written: it outlasts a look at another view, and other views may begin one.

const DRAFT = "pipeline-draft";

export const draft = {
  get: () => sessionStorage.getItem(DRAFT),
  set: text => sessionStorage.setItem(DRAFT, text),
  forget: () => sessionStorage.removeItem(DRAFT),
};
