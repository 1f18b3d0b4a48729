// Without it, the page has a button.
document.forms[0].submit();
