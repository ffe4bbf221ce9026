// Does for a person what a press would: posts the form on which a provider's way back goes on. Without script the button stays.
for (const form of document.querySelectorAll('form[data-auto]')) form.submit();
