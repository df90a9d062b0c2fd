-- Well-known folders: by what the server says of them (SPECIAL-USE, RFC 6154 2), else
-- by their names, which clients and servers write in the language of their user.

local core = require "satchel.core"
local mailboxes = require "satchel.imap.mailboxes"

local M = {}

---@class satchel.imap.Role
---@field attributes string[] of SPECIAL-USE, the best first
---@field use string|nil what CREATE is told (RFC 6154 3)
---@field name string of one that has to be made
---@field names table<string, integer> other names, by how good they are

local names <const> = {
  sent = [[Sent | Sent Items | Sent Mail | Sent Messages | Sent-mail | sentmail |
    Gesendet | Gesendete Objekte | Gesendete Elemente | Gesendete Nachrichten | Gesendete Mails |
    Envoyés | Éléments envoyés | Messages envoyés | Courrier envoyé | Envoyé |
    Enviados | Elementos enviados | Mensajes enviados | Correo enviado | Itens enviados |
    E-mails enviados | Mensagens enviadas | Elements enviats | Posta inviata | Inviati |
    Messaggi inviati | Inviata | Verzonden | Verzonden items | Verzonden berichten |
    Verzonden objecten | Skickat | Skickade objekt | Skickade meddelanden | Skickade |
    Sendt | Sendte elementer | Sendte | Sendt post | Sendte meldinger | Lähetetyt |
    Lähetetyt viestit | Wysłane | Elementy wysłane | Odeslané | Odeslaná pošta | Odoslané |
    Odoslaná pošta | Elküldött | Elküldött elemek | Elküldött üzenetek | Trimise |
    Elemente trimise | Poslano | Poslane stavke | Poslane poruke | Išsiųsti | Nosūtītie |
    Saadetud | Saadetud kirjad | Απεσταλμένα | Изпратени | Отправленные | Надіслані |
    Послато | Gönderilenler | Gönderilmiş Öğeler | Gönderilmiş Postalar | Gönderildi |
    פריטים שנשלחו | العناصر المرسلة | المرسلة | 送信済み | 送信済みアイテム |
    送信済みトレイ | 보낸 편지함 | 보낸편지함 | 已发送 | 已发送邮件 | 已傳送 |
    寄件備份 | 寄件匣 | 已寄送的郵件 | Thư đã gửi | รายการที่ถูกส่ง]],
  drafts = [[Drafts | Draft | Entwürfe | Entwurf | Brouillons | Brouillon | Borradores |
    Borrador | Rascunhos | Rascunho | Esborranys | Bozze | Concepten | Klad | Utkast | Udkast |
    Kladder | Kladde | Luonnokset | Kopie robocze | Szkice | Wersje robocze | Koncepty |
    Rozepsané | Rozpísané | Piszkozatok | Vázlatok | Ciorne | Schițe | Osnutki | Skice |
    Nacrti | Juodraščiai | Melnraksti | Mustandid | Πρόχειρα | Чернови | Черновики |
    Чернетки | Нацрти | Taslaklar | Taslak | טיוטות | المسودات | مسودات | 下書き |
    임시 보관함 | 임시보관함 | 草稿 | 草稿箱 | 草稿匣 | Thư nháp | แบบร่าง]],
  trash = [[Trash | Deleted Items | Deleted Messages | Deleted | Bin | Rubbish | Papierkorb |
    Gelöscht | Gelöschte Objekte | Gelöschte Elemente | Gelöschte Nachrichten | Corbeille |
    Éléments supprimés | Messages supprimés | Papelera | Elementos eliminados |
    Mensajes eliminados | Eliminados | Lixeira | Lixo | Itens excluídos | Itens eliminados |
    Paperera | Cestino | Posta eliminata | Eliminata | Messaggi eliminati | Prullenbak |
    Prullenmand | Verwijderde items | Verwijderde berichten | Papperskorg | Papperskorgen |
    Borttagna objekt | Borttaget | Papirkurv | Slettet post | Slettede elementer |
    Slettede meldinger | Søppel | Roskakori | Poistetut | Kosz | Elementy usunięte | Koš |
    Odstraněná pošta | Kôš | Odstránená pošta | Kuka | Lomtár | Törölt elemek | Törölt |
    Coș | Coș de gunoi | Elemente șterse | Koš za smeti | Smetnjak | Smeće | Obrisane stavke |
    Šiukšlinė | Šiukšliadėžė | Miskaste | Atkritne | Prügikast | Prügi | Κάδος |
    Κάδος απορριμμάτων | Διαγραμμένα | Кошче | Изтрити | Корзина | Удаленные | Удалённые |
    Кошик | Видалені | Отпад | Çöp | Çöp Kutusu | Silinmiş Öğeler | אשפה | פריטים שנמחקו |
    المهملات | العناصر المحذوفة | ごみ箱 | ゴミ箱 | 削除済みアイテム | 휴지통 |
    지운 편지함 | 삭제된 항목 | 已删除 | 已删除邮件 | 垃圾箱 | 废件箱 | 垃圾桶 | 刪除的郵件 |
    Thùng rác | ถังขยะ]],
  junk = [[Junk | Junk E-mail | Junk Email | Junk Mail | Spam | Bulk Mail | Bulk | Spamverdacht |
    Junk-E-Mail | Spam-E-Mail | Unerwünscht | Werbung | Indésirables | Courrier indésirable |
    Pourriel | Pourriels | Correo no deseado | Correo basura | Lixo eletrônico | Lixo electrónico |
    Lixo Eletrónico | Correu brossa | Posta indesiderata | Indesiderata | Ongewenste e-mail |
    Ongewenst | Ongewenste berichten | Skräppost | Skräp | Søppelpost | Uønsket | Uønsket e-mail |
    Uønsket e-post | Roskaposti | Wiadomości-śmieci | Wiadomości śmieci | Niechciane |
    Nevyžádaná pošta | Nevyžádané | Nevyžiadaná pošta | Nevyžiadané | Levélszemét | Spamuri |
    Neželena pošta | Vsiljena pošta | Brukalas | Mēstules | Rämpspost | Ανεπιθύμητα |
    Ανεπιθύμητη αλληλογραφία | Нежелана поща | Спам | Нежелательная почта | Небажана пошта |
    Нежељено | İstenmeyen | Önemsiz | Önemsiz E-posta | Gereksiz E-posta | דואר זבל | ספאם |
    بريد غير هام | البريد المزعج | 迷惑メール | スパム | 스팸 | 스팸 편지함 | 정크 메일 |
    垃圾邮件 | 垃圾郵件 | 垃圾信件匣 | Thư rác | อีเมลขยะ]],
  archive = [[Archive | Archives | Archiv | Archivo | Archivos | Archiwum | Archívum | Arquivo |
    Arxiu | Archivio | Archief | Arkiv | Arkisto | Archív | Arhivă | Arhiva | Arhiv | Archyvas |
    Arhīvs | Arhiiv | Αρχείο | Αρχειοθήκη | Архив | Архів | Архива | Arşiv | ארכיון |
    أرشيف | الأرشيف | アーカイブ | 보관함 | 보관 | 存档 | 归档 | 封存 | 封存匣]],
  outbox = [[Outbox | Postausgang | Boîte d'envoi | Bandeja de salida | Caixa de saída |
    Posta in uscita | Postvak UIT | Utkorgen | Utkorg | Udbakke | Utboks | Lähtevät |
    Skrzynka nadawcza | Pošta k odeslání | Postázandó üzenetek | Исходящие | Вихідні |
    Giden Kutusu | 送信トレイ | 発信箱 | 보낼 편지함 | 发件箱 | 寄件夾]],
}

local attributes <const> = { sent = { "\\sent" }, drafts = { "\\drafts" },
  trash = { "\\trash" }, junk = { "\\junk" }, archive = { "\\archive", "\\all" }, outbox = {} }

local uses <const> = { sent = "\\Sent", drafts = "\\Drafts", trash = "\\Trash",
  junk = "\\Junk", archive = "\\Archive" }

M.order = { "sent", "drafts", "trash", "junk", "archive", "outbox" }

---@type table<string, satchel.imap.Role>
M.roles = {}

local function folded(name)
  return (core.text.fold(name):gsub("[%s_-]+", " "))
end

for _, role in ipairs(M.order) do
  local row = { attributes = attributes[role], use = uses[role], names = {} }
  local rank = 0
  for name in (names[role] .. "|"):gmatch "%s*(.-)%s*|" do
    name = name:gsub("%s+", " ")
    rank = rank + 1
    row.name = row.name or name
    row.names[folded(name)] = row.names[folded(name)] or rank
  end
  M.roles[role] = row
end

-- how well a folder's name says that it has the role; smaller is better
local function rank(entry, row, tree)
  local place = entry.parent_id == "" and 0 or entry.parent_id == tree.inbox and 1000
  if not place then return nil end
  local n = row.names[folded(entry.name)]
  return n and place + n
end

local function by_attribute(entries, row)
  for _, name in ipairs(row.attributes) do
    for _, entry in ipairs(entries) do
      if mailboxes.has_attribute(entry, name) and mailboxes.holds_items(entry) then
        return entry.id
      end
    end
  end
end

local function by_name(entries, row, tree, taken)
  local best, best_rank
  for _, entry in ipairs(entries) do
    local n = not taken[entry.id] and mailboxes.holds_items(entry) and rank(entry, row, tree)
    if n and (not best or n < best_rank) then best, best_rank = entry.id, n end
  end
  return best
end

---Which folders are the well-known ones.
---@param entries table[] folders with id, name, parent_id and attributes
---@param tree satchel.imap.Tree
---@return table<string, string> ids by role
function M.find(entries, tree)
  local found, taken = { inbox = tree.inbox }, { [tree.inbox] = true }
  for _, role in ipairs(M.order) do
    local id = by_attribute(entries, M.roles[role])
    if id and not taken[id] then found[role], taken[id] = id, true end
  end
  for _, role in ipairs(M.order) do
    local id = not found[role] and by_name(entries, M.roles[role], tree, taken)
    if id then found[role], taken[id] = id, true end
  end
  return found
end

return M
