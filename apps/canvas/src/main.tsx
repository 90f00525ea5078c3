import { render } from "solid-js/web";

const host = document.getElementById("app");
if (host) render(() => <main />, host);
