// Shows and hides the list of conversations: beside the page where there is room, over it on a phone.

const PHONE = matchMedia("(max-width: 800px)");
const CLOSED = "bitnet.sidebar-closed";

export class Drawer {
  constructor() {
    this.opener = document.getElementById("open-sidebar");
    this.opener.addEventListener("click", () => this.open());
    document.getElementById("close-sidebar").addEventListener("click", () => this.close());
    document.getElementById("backdrop").addEventListener("click", () => this.close());
    PHONE.addEventListener("change", () => this.start());
    this.start();
  }

  start() {
    this.set(!PHONE.matches && localStorage.getItem(CLOSED) === null);
  }

  get isOpen() {
    return document.body.classList.contains("sidebar-open");
  }

  get isOpenOnPhone() {
    return this.isOpen && PHONE.matches;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    this.set(true);
    this.remember();
    if (PHONE.matches) document.getElementById("close-sidebar").focus();
  }

  close() {
    this.set(false);
    this.remember();
    this.opener.focus();
  }

  closeOnPhone() {
    if (PHONE.matches) this.set(false);
  }

  // While it lies over the page, what is below can't be reached.
  set(isOpen) {
    document.body.classList.toggle("sidebar-open", isOpen);
    this.opener.setAttribute("aria-expanded", String(isOpen));
    document.querySelector("main").inert = isOpen && PHONE.matches;
  }

  remember() {
    if (PHONE.matches) return;
    if (this.isOpen) localStorage.removeItem(CLOSED);
    else localStorage.setItem(CLOSED, "1");
  }
}
