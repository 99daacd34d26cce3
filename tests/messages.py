"""Whole messages as people type them in a contact form, around a question; all invented.

Greeting, a story that has nothing to do with the question, the question, thanks, signature: what a
reduction to the question must see through. Nothing in them is about what the labelled sets are about.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Manner:
    """How people of one language write to a help desk; a `{…}` is filled in for each message."""

    greetings: tuple[str, ...]
    stories: tuple[tuple[str, str], ...]
    leads: tuple[str, ...]
    thanks: tuple[str, ...]
    signatures: tuple[str, ...]
    names: tuple[str, ...]


_IT = Manner(
    greetings=(
        "Buongiorno,", "Buongiorno", "Gentile assistenza,", "Salve,", "Salve a tutti!", "Buonasera,",
        "Spett.le servizio clienti,", "Ciao, come state?", "Gentili signori, spero stiate bene.",
        "Buon pomeriggio, sono {name}.", "Egregi, mi chiamo {name} e vi scrivo da Faenza.", "",
    ),
    stories=(
        ("La settimana scorsa sono stata dai miei suoceri in montagna e c'era una nevicata incredibile.", "Mio marito ha perso gli sci e siamo rientrati solo domenica notte."),
        ("Scrivo dal telefono di mia figlia perché il mio è caduto in piscina.", "Lei mi prende in giro da due giorni, ma ormai ci ho fatto l'abitudine."),
        ("Ieri ho passato la mattina in stazione con il cane che non voleva salire sul treno.", "Alla fine abbiamo preso il pullman e siamo arrivati a Bologna per cena."),
        ("Sono tornato da poco da un viaggio in Portogallo con i colleghi dell'università.", "Abbiamo mangiato benissimo e ho ancora la valigia da disfare."),
        ("Premetto che non sono molto pratico di computer, ho settantadue anni.", "Di solito mi aiuta mio nipote, che però adesso studia a Dublino."),
        ("Sabato si è sposata mia sorella e in casa c'è ancora una confusione terribile.", "Trovo confetti perfino nelle scarpe!"),
        ("Ho appena finito il turno in ospedale e sono distrutta.", "Questa notte sono arrivate nove ambulanze e non ho chiuso occhio."),
        ("Mio figlio ha cominciato l'asilo e piange ogni volta che lo lascio.", "Le maestre dicono che è normale e che passerà entro Natale."),
        ("Vi seguo da anni e vi ho consigliato anche alla mia parrucchiera.", "Lei parla con tutto il quartiere, quindi consideratela pubblicità gratuita."),
        ("Stamattina il tram era fermo per uno sciopero e ho camminato quaranta minuti sotto la pioggia.", "Sono arrivato in ufficio fradicio e il capo non c'era nemmeno."),
        ("Domenica la mia squadra ha perso in casa e sono ancora di cattivo umore.", "L'arbitro ha inventato un rigore al novantesimo, roba da matti."),
        ("Da quando sono in pensione coltivo pomodori sul terrazzo insieme a mia moglie.", "Quest'anno ne abbiamo raccolti undici chili."),
        ("Mi sono trasferita da Torino tre mesi fa per seguire il mio compagno.", "Il trasloco è stato un incubo: il camion si è rotto in autostrada e abbiamo dormito per terra."),
        ("Sto preparando l'esame di diritto privato e studio fino alle due di notte.", "Il professore è noto per bocciare chiunque non citi il suo libro."),
        ("Il mio gatto ha rovesciato il caffè sulla tastiera mentre scrivevo la prima volta.", "Ho perso tutto il testo e ricomincio da capo."),
        ("Abbiamo avuto ospiti a pranzo e la lasagna si è bruciata.", "Mia suocera non ha detto niente, ma la faccia parlava da sola."),
        ("Lavoro in una scuola di danza e in queste settimane prepariamo il saggio.", "Le bambine sono emozionate e i costumi sono arrivati della taglia sbagliata."),
        ("Mio padre è stato operato al ginocchio e lo accompagno a fare fisioterapia.", "In sala d'attesa il tempo non passa mai, così ne approfitto per scrivervi."),
        ("La bicicletta me l'hanno rubata davanti al cinema.", "Sono andato dai carabinieri e mi hanno fatto aspettare due ore."),
        ("Ho visto la vostra pubblicità in metropolitana, quella con la signora che ride.", "Mi ha ricordato una zia di Palermo che non sentivo da tempo."),
        ("Dopo il concerto di ieri sono senza voce, per questo preferisco scrivere.", "Il cantante è arrivato con un'ora di ritardo e ha suonato fino a mezzanotte."),
        ("Siamo un gruppo di amiche e organizziamo una gita ai laghi per il ponte di novembre.", "Abbiamo prenotato un pulmino e un agriturismo con la piscina coperta."),
        ("Il mio vicino suona il trombone a tutte le ore.", "L'amministratore gli ha parlato, ma lui dice che deve esercitarsi."),
        ("Ho fatto un corso di cucina giapponese e adesso in famiglia si mangia solo ramen.", "I ragazzi protestano e chiedono le polpette della nonna."),
        ("Torno adesso dal dentista con mezza faccia addormentata.", "Mi ha tolto un dente del giudizio e non posso mangiare fino a stasera."),
        ("Quest'estate la mia azienda chiude e andiamo in campeggio in Croazia con la roulotte.", "I bambini hanno già gonfiato il canotto in salotto."),
        ("Sono il presidente di una bocciofila e abbiamo ottanta soci, quasi tutti anziani.", "A giugno facciamo il torneo e poi la grigliata."),
        ("Ho trovato il vostro indirizzo dentro un cassetto, scritto a matita su uno scontrino.", "Chissà da quanto stava lì."),
        ("Mia nonna compie cent'anni e verranno parenti perfino dall'Argentina.", "Stiamo cercando una sala abbastanza grande e un fisarmonicista."),
        ("Ho ripreso a correre dopo l'infortunio e mi alleno per la mezza maratona.", "Il fisioterapista scuote la testa, ma io mi sento benissimo."),
        ("Da noi nevica da stamattina e hanno chiuso le scuole.", "I miei tre figli sono in casa e potete immaginare il silenzio."),
        ("Ho cambiato lavoro a settembre e adesso viaggio spesso tra Genova e Zurigo.", "In treno il telefono non prende quasi mai."),
        ("Ho letto con piacere la rivista che si trova nel vostro ingresso.", "L'articolo sulle abbazie romaniche era scritto proprio bene."),
        ("Il mio cellulare si è aggiornato da solo e ha cancellato tutte le fotografie delle vacanze.", "Mia moglie non mi parla da venerdì."),
    ),
    leads=(
        "", "", "", "", "", "", "Vi scrivo per questo: ", "Vorrei sapere una cosa: ", "La mia domanda è questa: ",
        "Oggetto: ", "Comunque, ", "Detto questo, ", "Volevo chiedervi ", "Vengo al punto: ",
    ),
    thanks=(
        "Grazie.", "Grazie mille", "Grazie in anticipo per la cortese risposta.", "Vi ringrazio molto per l'attenzione.",
        "Resto in attesa di un vostro riscontro.\nCordiali saluti", "Distinti saluti,", "Grazie e buona giornata!",
        "Attendo notizie, grazie.", "Saluti", "Un cordiale saluto e buon lavoro",
    ),
    signatures=(
        "{name}\nTel. {phone}\nOrdine n. {order}", "{name} - {phone} - ordine {order}", "{name}\ncell. {phone}\ncodice cliente {order}",
        "{name}\n{phone}\nN. ordine: {order} del 14/03/2026\n\nInviato da iPhone",
        "{name}\nStudio Bandini & Associati\nvia Garibaldi 12, 48018 Faenza (RA)\ntel. {phone}\n{mail}\nrif. ordine {order}",
        "{name}\nTel {phone}, ordine #{order}\n\nIl giorno 3 marzo 2026 alle ore 10:12 Assistenza ha scritto:\n> Gentile cliente, abbiamo ricevuto la sua richiesta.\n> Le risponderemo entro due giorni lavorativi.",
        "{name}\nTelefono: {phone}\nOrdine: {order}\n\nLe informazioni contenute in questo messaggio sono riservate ai destinatari. Chi lo avesse ricevuto per errore è pregato di cancellarlo.",
    ),
    names=("Marta Bandini", "Luca Ferri", "Anna Maria Conti", "Giuseppe Rinaldi", "S. Moretti", "Chiara"),
)  # fmt: skip

_EN = Manner(
    greetings=("Hello,", "Hi there,", "Dear customer service,", "Hi, how are you?", "Good morning", "Dear Sir or Madam,", "Hi, my name is {name}.", ""),
    stories=(
        ("I was at my cousin's wedding in Leeds last weekend and only got home this morning.", "The band played until three and my feet still hurt."),
        ("I am writing this on my daughter's laptop because mine fell down the stairs.", "She says I should finally buy a case, but I never listen."),
        ("The train was stuck outside Reading for two hours yesterday.", "A man next to me ate an entire roast chicken with his hands."),
        ("I have just finished a night shift at the hospital, so excuse my spelling.", "We had nine ambulances in a row and no coffee."),
        ("My dog chewed the letter you sent me and I could not read the second page.", "He is a rescue and does this with anything made of paper."),
        ("We moved here from Bristol in spring and half our boxes are still in the garage.", "The piano did not even fit through the door."),
        ("I am seventy-four and not very good with computers.", "My grandson normally helps me, but he is at university in Dublin now."),
        ("My team lost at home on Sunday and I am still in a mood.", "The referee gave a penalty in the last minute for nothing."),
        ("It has been raining here for six days and the school is closed.", "All three kids are at home, so you can imagine the noise."),
        ("I saw your poster on the bus, the one with the laughing lady.", "She looks exactly like an aunt of mine in Cork."),
        ("I wrote to you once already but the cat walked over the keyboard.", "Everything was gone, so here I go again."),
        ("My father had his knee operated and I drive him to the clinic every Tuesday.", "There is nothing to do in the waiting room."),
        ("I am training for a half marathon after a long injury.", "My physio shakes her head, but I feel great."),
        ("We are a choir of forty people and we are going to Wales in May.", "The coach is booked and the sandwiches are being discussed."),
        ("The neighbour plays the trombone at all hours.", "The landlord talked to him, but he says he has to practise."),
        ("Someone stole my bicycle in front of the cinema.", "The police made me wait two hours and then lost the form."),
    ),
    leads=("", "", "", "", "", "Anyway, ", "My question is this: ", "I wanted to ask: ", "What I am writing about: ", "So: "),
    thanks=("Thanks.", "Many thanks in advance for your help.", "Thank you very much and have a nice day!", "Kind regards,", "Looking forward to your reply.\nBest regards", "Cheers", "Yours sincerely,"),
    signatures=(
        "{name}\nTel. {phone}\nOrder no. {order}", "{name} - {phone} - order {order}", "{name}\nmobile {phone}\nOrder: {order}\n\nSent from my iPhone",
        "{name}\n12 Castle Street, York YO1 9RD\nPhone: {phone}\n{mail}\norder ref {order}",
        "{name}\n{phone}, order #{order}\n\nOn Tue, 3 March 2026 at 10:12, Support wrote:\n> Dear customer, we have received your request.\n> We will answer within two working days.",
        "{name}\nPhone {phone}\nOrder {order}\n\nThis e-mail is confidential and intended for the addressee only. If you received it in error, please delete it.",
    ),
    names=("Tom Baker", "Priya Nair", "Mrs J. Whitfield", "Aoife", "Daniel Osei"),
)  # fmt: skip

_MANNERS = {"it": _IT, "en": _EN}


def wrapped(query: str, lang: str, chance: random.Random) -> str:
    """A whole message that asks `query`: after the story, or inside it; in lines or in one paragraph."""
    manner = _MANNERS[lang]
    first, second = chance.choice(manner.stories)
    asked = chance.choice(manner.leads) + query.strip()
    asked += "" if asked[-1] in ".?!" else chance.choice(("", "."))
    # Without a full stop the question needs a line of its own, or nobody could tell where it ends.
    alone = asked[-1] not in ".?!"
    told = chance.choice(((first, second, asked), (first, asked, second), (first, second, asked)))
    body = chance.choice((" ", "\n", "\n\n")) if not alone else "\n"
    text = "\n".join(
        (chance.choice(manner.greetings), body.join(told), chance.choice(manner.thanks),
         chance.choice(manner.signatures))
    )  # fmt: skip
    name = chance.choice(manner.names)
    for hole, filling in {
        "{name}": name,
        "{mail}": f"{name.split()[0].lower().strip('.')}@posta.example",
        "{phone}": f"3{chance.randrange(20, 50)} {chance.randrange(1000000, 9999999)}",
        "{order}": str(chance.randrange(100000, 999999)),
    }.items():
        text = text.replace(hole, filling)
    return text.strip()
