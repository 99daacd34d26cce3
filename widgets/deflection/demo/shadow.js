// A custom element that makes its form in a shadow root, some time after the page has loaded.

class ContactForm extends HTMLElement {
  connectedCallback() {
    const root = this.attachShadow({ mode: "open" });
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "demo.css" });
    root.append(sheet, document.getElementById("drawn").content.cloneNode(true));
  }
}

customElements.define("contact-form", ContactForm);
setTimeout(() => document.getElementById("app").append(document.createElement("contact-form")), 300);
