// The editor: the preview follows the typing, nobody leaves unsaved text behind unasked, and a page that waits
// for the site says when it is there. The form works without it.

const PAUSE = 350; // ms without a key until the preview is asked for
const LOOK = 700; // ms between two looks at whether it is live
const LOOKS = 60;

const form = document.querySelector("#editor");

class Preview {
  constructor(frame) {
    this.frame = frame;
    frame.addEventListener("load", () => this.follow());
    this.follow();
    form.addEventListener("input", () => this.ask());
    form.elements.body.addEventListener("scroll", () => this.scroll());
  }

  ask() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  send() {
    this.request?.abort();
    // As a document: no text is turned into markup here, and none of its scripts would run.
    const request = (this.request = new XMLHttpRequest());
    request.open("POST", form.dataset.preview);
    request.responseType = "document";
    request.onload = () => request.status === 200 && this.show(request.responseXML);
    const fields = new FormData(form);
    for (const [name, value] of fields) if (typeof value !== "string") fields.delete(name);
    request.send(new URLSearchParams(fields));
  }

  show(page) {
    const here = this.frame.contentDocument;
    const main = page?.querySelector("main");
    if (!main || !here) return;
    const place = here.querySelector("main");
    if (page.head.children.length > here.head.children.length || !place) {
      here.replaceChild(here.adoptNode(page.documentElement), here.documentElement);
    } else {
      place.replaceWith(here.adoptNode(main));
    }
    document.querySelector("#preview-empty")?.remove();
  }

  /** About where the text is. */
  scroll() {
    const { scrollTop, scrollHeight, clientHeight } = form.elements.body;
    const page = this.frame.contentDocument?.documentElement;
    const most = scrollHeight - clientHeight;
    if (page && most > 0) page.scrollTop = (scrollTop / most) * (page.scrollHeight - page.clientHeight);
  }

  /** A link within the page leads within the page; what it would open is this one. */
  follow() {
    const here = this.frame.contentDocument;
    here?.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href^='#']");
      if (!link) return;
      event.preventDefault();
      here.getElementById(decodeURIComponent(link.hash.slice(1)))?.scrollIntoView();
    });
  }
}

/** What is typed and not saved. */
class Unsaved {
  constructor() {
    this.said = document.querySelector(".editor-state");
    this.saved = form.dataset.unsaved ? null : this.now();
    form.addEventListener("input", () => this.look());
    form.addEventListener("submit", () => (this.leaves = true));
    addEventListener("pageshow", () => (this.leaves = false));
    addEventListener("beforeunload", (event) => {
      if (!this.leaves && this.now() !== this.saved) event.preventDefault();
    });
    this.look();
  }

  now() {
    const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "alt");
    return JSON.stringify(fields);
  }

  look() {
    if (this.said) this.said.textContent = this.now() === this.saved ? "" : this.said.dataset.unsaved;
  }
}

class Coming {
  constructor(said, url) {
    this.said = said;
    this.url = url;
    this.looks = 0;
    this.wait();
  }

  wait() {
    if (this.looks++ < LOOKS) setTimeout(() => this.look(), LOOK);
  }

  async look() {
    try {
      const { live, address } = await (await fetch(this.url)).json();
      if (live) return this.show(address);
    } catch {
      // The next look may be answered.
    }
    this.wait();
  }

  show(address) {
    const link = Object.assign(document.createElement("a"), { href: address, target: "_blank", rel: "noopener" });
    link.textContent = address;
    this.said.replaceChildren(`${this.said.dataset.live} `, link);
  }
}

if (form) {
  const frame = document.querySelector("#preview");
  if (frame && form.elements.body) new Preview(frame);
  new Unsaved();
}
const coming = document.querySelector("#coming");
if (coming) new Coming(coming, document.querySelector("#standing").dataset.url);
