// Marks the rules for a password while it is typed, and keeps the button of the sign-up closed until they are met.
// Without this script the rules stand there unmarked, the button is open, and the server judges.
(() => {
  const tests = {
    lowerletter: (text) => /[a-z]/.test(text),
    upperletter: (text) => /[A-Z]/.test(text),
    numbers: (text) => /[0-9]/.test(text),
    symbols: (text) => /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\-]/.test(text) || /^.+ .+$/.test(text),
    length: (text, line) => [...text].length >= Number(line.dataset.length),
  };
  for (const form of document.querySelectorAll("form")) {
    const lines = form.querySelectorAll("[data-rule]");
    const field = form.querySelector('input[autocomplete="new-password"]');
    const button = form.querySelector(".signUpButton");
    if (!lines.length || !field) continue;
    const mark = () => {
      let met = true;
      for (const line of lines) {
        const fits = tests[line.dataset.rule](field.value, line);
        met &&= fits;
        line.classList.toggle("passwordCheck-valid-customizable", fits && field.value !== "");
        line.classList.toggle("passwordCheck-notValid-customizable", !fits && field.value !== "");
        line.firstElementChild.textContent = field.value === "" ? "" : fits ? "\u2713" : "\u2716";
      }
      if (button) button.disabled = !met;
    };
    field.addEventListener("input", mark);
    mark();
  }
})();
