"""How mail programs announce what they quote, in the languages of their users."""

from __future__ import annotations

import re

#: "On … wrote:" — the verb at its end or in its middle.
WROTE = (
    r"wrote|writes|a écrit|schrieb|geschrieben|escribió|escribio|ha scritto|scrisse|scritto|schreef"
    r"|geschreven|skrev|kirjoitti|escreveu|napisał(?:a|\(a\))?|pisze|napsal(?:a|\(a\))?|napísal(?:a)?|написал(?:а|\(а\))?"
    r"|пише|написав|írta|a scris|έγραψε|yazdı|şunu yazdı|đã viết|写道|寫道|书写|のメール|さんは書きました"
    r"|님이 작성|כתב|כתבה|كتب|napisao je|je napisao|ha escrit|rašė|rakstīja|kirjutas|sent"
)

#: The first word of "On … wrote:", for telling where it begins.
OPENERS = r"On|At|Le|Am|El|Il|Op|Em|Den|Dne|Dňa|W dniu|Dnia|Pe|Στις|Vào|На|Пн|Вт|Ср|Чт|Пт|Сб|Вс"

#: Names of mail headers as programs translate them. The first two groups open a block.
FROM = (
    r"From|De|Von|Van|Fra|Från|Da|Od|От|Від|Lähettäjä|Feladó|Kimden|Gönderen|Από|De la|Expéditeur|Mittente"
    r"|发件人|寄件者|差出人|보낸 사람|מאת|من"
)
DATE = (
    r"Date|Sent|Datum|Gesendet|Envoyé(?: le)?|Enviado(?: el| em)?|Inviato|Verzonden|Dato|Sendt|Skickat|Fecha"
    r"|Data|Wysłano|Odesláno|Odoslané|Дата|Отправлено|Lähetetty|Päivämäärä|Küldve|Dátum|Tarih|发送时间"
    r"|日期|送信日時|日時|보낸 날짜|תאריך|التاريخ|Ημερομηνία"
)
OTHER = (
    r"To|Cc|Reply-To|Subject|À|A|An|Aan|Til|Till|Do|Para|Komu|Кому|Objet|Betreff|Onderwerp|Emne|Ämne|Asunto"
    r"|Assunto|Oggetto|Temat|Předmět|Predmet|Тема|Aihe|Vastaanottaja|Tárgy|Címzett|Konu|Kime|收件人|抄送"
    r"|主题|主旨|宛先|件名|받는 사람|제목|אל|נושא|الموضوع|إلى|Προς|Θέμα"
)

#: "-----Original Message-----"
ORIGINAL = (
    r"original message|message d'origine|message original|ursprüngliche nachricht|originalnachricht"
    r"|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|oprindelig besked"
    r"|original meddelelse|opprinnelig melding|ursprungligt meddelande|alkuperäinen viesti"
    r"|wiadomość oryginalna|původní zpráva|исходное сообщение|пересылаемое сообщение|orijinal mesaj"
    r"|原始邮件|原始郵件|元のメッセージ"
    r"|reply message|forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado"
    r"|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht|videresendt (?:besked|melding)"
)

#: "Begin forwarded message:"
FORWARDED = (
    r"begin forwarded message|forwarded message|début du message (?:réexpédié|transféré)"
    r"|message transféré|anfang der weitergeleiteten (?:nachricht|e-?mail)|weitergeleitete nachricht"
    r"|inizio messaggio inoltrato|messaggio inoltrato|inicio del mensaje reenviado|mensaje reenviado"
    r"|begin doorgestuurd bericht|doorgestuurd bericht|start på videresendt besked|videresendt melding"
    r"|vidarebefordrat (?:mejl|meddelande)|início da mensagem encaminhada|mensagem encaminhada"
    r"|начало переадресованного (?:сообщения|письма)|пересылаемое сообщение|転送されたメッセージ|转发的邮件"
)

#: Whole lines that a mail program or a phone adds under a text.
ADVERT = re.compile(
    r"""[\W_]*(?:
        (?:sent|written|typed)\s(?:from|via|with|by|using|on)\b.*
      | from\smy\s(?:i?phone|ipad|mobile|android|tablet|galaxy)\b.*
      | \w+\sfrom\smobile
      | (?:get|download|obtenir|obtener|holen\ssie\ssich)\W{1,3}outlook\b.*
      | (?:envoyé|expédié)\s(?:depuis|de(?:puis)?|à\spartir|avec|via)\b.*
      | (?:enviado|enviada|enviat)\s(?:desde|de|do|a\spartir|via|con|com|des)\b.*
      | (?:gesendet|versendet|geschickt)\s(?:von|mit|über|aus)\b.*
      | von\smeine[mr]\b.*\b(?:gesendet|geschickt|verschickt)
      | diese\s(?:nachricht|e-?mail|mail)\swurde\b.*\b(?:gesendet|versendet|geschickt|verfasst)
      | (?:inviato|spedito)\s(?:da|dal|con|tramite)\b.*
      | (?:verzonden|verstuurd)\s(?:vanaf|met|van|via|vanuit)\b.*
      | (?:sendt|skickat)\s(?:fra|fr\u00e5n|med|via|ifr\u00e5n)\b.*
      | lähetetty\b.*(?:puhelimesta|iphonesta|ipadista|laitteesta)\w*
      | (?:wysłan[eoya]|wysłano)\s(?:z|za|przez)\b.*
      | odesláno\s(?:z|ze|pomocí)\b.*
      | отправлено\s(?:с|со|из)\b.*
      | надіслано\s(?:з|із)\b.*
      | (?:发自|來自|从|從).{0,20}(?:iphone|ipad|手机|手機|设备|傳送|发送).*
      | .{0,30}から送信
      | .{0,30}에서\s보냄
    )[\W_]*""",
    re.IGNORECASE | re.VERBOSE,
)
