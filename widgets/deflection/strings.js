// What the widget says, in five languages; others read English. The order is that of `names`.

const names = "answers asked yes no thanks undo before page tab help search none contact close".split(" ");

/** @type {Record<string, string>} */
const spoken = {
  it: "Forse la risposta è qui|Hai risolto?|Sì, risolto|Non è il mio caso|Bene, siamo contenti! Il messaggio non è stato inviato.|Scrivo lo stesso|Se non c’è, invia di nuovo.|Apri la pagina|nuova scheda|Aiuto|Cerca|Nessuna risposta trovata.|Scrivici|Chiudi",
  en: "Your answer may be here|Did this solve it?|Yes, solved|Not my case|Glad it helped! Your message was not sent.|I still want to write|If it is not, send again.|Open the page|new tab|Help|Search|No answer found.|Write to us|Close",
  fr: "La réponse est peut-être ici|Est-ce résolu ?|Oui, résolu|Pas mon cas|Tant mieux ! Votre message n’a pas été envoyé.|Écrire quand même|Sinon, envoyez à nouveau.|Ouvrir la page|nouvel onglet|Aide|Rechercher|Aucune réponse trouvée.|Écrivez-nous|Fermer",
  de: "Vielleicht steht die Antwort hier|Ist das gelöst?|Ja, gelöst|Nicht mein Fall|Das freut uns! Ihre Nachricht wurde nicht gesendet.|Trotzdem schreiben|Wenn nicht, senden Sie erneut.|Seite öffnen|neuer Tab|Hilfe|Suchen|Keine Antwort gefunden.|Schreiben Sie uns|Schließen",
  es: "Quizá la respuesta está aquí|¿Está resuelto?|Sí, resuelto|No es mi caso|¡Nos alegramos! Tu mensaje no se ha enviado.|Escribir igualmente|Si no está, envía otra vez.|Abrir la página|pestaña nueva|Ayuda|Buscar|No hay respuesta.|Escríbenos|Cerrar",
};

/**
 * @typedef {{ lang: string, answers: string, asked: string, yes: string, no: string, thanks: string, undo: string,
 *   before: string, page: string, tab: string, help: string, search: string, none: string,
 *   contact: string, close: string }} Texts
 */

/**
 * @param {string} lang a BCP 47 tag
 * @returns {Texts} with the language they are in
 */
export function textsFor(lang) {
  const base = lang.slice(0, 2).toLowerCase();
  const known = Object.hasOwn(spoken, base) ? base : "en";
  const said = spoken[known].split("|");
  return /** @type {any} */ ({ lang: known, ...Object.fromEntries(names.map((name, at) => [name, said[at]])) });
}
