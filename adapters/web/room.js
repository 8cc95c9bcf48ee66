// The page works without this. With it: "Leave now" leaves no trace in the history, Shift three times does the same,
// a page that waits looks again by itself without moving the focus, a page from the browser's memory is asked anew, and
// what was filled in and not sent goes along with whatever else is done, so that it is there again on the way back.
"use strict";
(() => {
  const leave = () => {
    document.documentElement.hidden = true;
    document.title = "";
    location.replace("/room/leave");
  };
  document.getElementById("leave")?.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let shifts = 0;
  let last = 0;
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    shifts = event.key === "Shift" && event.timeStamp - last < 1500 ? shifts + 1 : event.key === "Shift" ? 1 : 0;
    last = event.timeStamp;
    if (shifts === 3) leave();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  const filled = document.querySelector('input[name="send"]')?.form;
  addEventListener("submit", ({ target }) => {
    if (!filled || target === filled) return;
    for (const [name, value] of new FormData(filled)) {
      if (name !== "send" && !name.startsWith("q:")) continue;
      const beside = Object.assign(document.createElement("input"), { type: "hidden", value });
      beside.name = name === "send" ? "kept" : name;
      target.append(beside);
    }
  });
  const turn = document.body.dataset.turn;
  if (turn !== undefined) {
    const look = async () => {
      try {
        const answer = await fetch("/room/turn", { cache: "no-store", credentials: "same-origin" });
        if (answer.ok && (await answer.text()) !== turn) return location.replace("/room");
      } catch {
        // no network for a moment: look again later
      }
      setTimeout(look, 2000);
    };
    setTimeout(look, 2000);
  }
})();
