-- Messages that the server puts together of what it has (CATENATE), on Dovecot: nothing
-- of what stays travels, and it stays as it is, byte by byte.

local core = require "satchel.core"
local line_peer = require "support.line_peer"
local peers = require "support.mail_peers"
local satchel = require "satchel"
local url = require "satchel.imap.url"

local LARGE <const> = ("0123456789abcdefghijklmnopqrstuvwxyz-_."):rep(8000):sub(1, 300000)
local FOLDER <const> = "Größe; a?b%2F#ü"

local session, folder
local said = {}

setup(function()
  session = peers.imap.connect(1, { trace = function(event)
    if event.layer == "imap" and event.direction == "send" then said[#said + 1] = event.text end
  end })
  folder = session:folder(FOLDER, { create = true })
end)

teardown(function()
  folder:delete { hard = true }
  session.drafts:empty { hard = true }
  session:close()
end)

before_each(function() said = {} end)

-- what was said since the spec began, without tags
local function heard() return table.concat(said, "\n") end

-- the sections of a stored message, as they are
local function sections(item, names)
  local uid, items = item.id:match "%.(%d+)$", {}
  for i, name in ipairs(names) do items[i] = ("BODY.PEEK[%s]"):format(name) end
  local found
  for response in session.imap:fetch(item.folder, uid, table.concat(items, " ")) do
    found = response.sections
  end
  local list = {}
  for i, name in ipairs(names) do list[i] = found["BODY[" .. name .. "]"] end
  return list
end

local function import(text)
  return folder:import { mime = (text:gsub("\r?\n", "\r\n")) }
end

-- bytes that have been uploaded
local function uploaded()
  local n = 0
  for size in heard():gmatch "{(%d+)%+?}" do n = n + size end
  return n
end

describe("a large message of which the header changes", function()
  it("keeps its content, which does not travel", function()
    local item = folder:create { subject = "old", text = "Text", attachments = {
      { name = "large.bin", data = LARGE } } }
    local before = sections(item, { "TEXT" })[1]
    item:update { flagged = true } -- it is selected for writing
    said = {}
    local round_trips = session.imap.round_trips
    item:update { subject = "new", cc = "c@example.test" }
    assert.equal(3, session.imap.round_trips - round_trips) -- read, stored, the old removed
    assert.truthy(heard():find "CATENATE %(TEXT {%d+} URL")
    assert.falsy(heard():find("BODY.PEEK[TEXT]", 1, true))
    assert.is_true(uploaded() < 2000)
    assert.equal("new", item:reload().subject)
    assert.equal("c@example.test", item.cc[1].email)
    assert.is_true(before == sections(item, { "TEXT" })[1])
    assert.is_true(LARGE == item.attachments[1]:read())
  end)

  it("goes as it is where it is small: it has come with its header", function()
    local item = folder:create { subject = "old", text = "Text" }
    item:update { subject = "new" }
    assert.falsy(heard():find("CATENATE", 1, true))
    assert.equal("new", item:reload().subject)
  end)
end)

-- parts of other people's making, none of which this module would write
local OTHERS <const> = [[
From: a@example.test
To: b@example.test
Subject: parts
Date: Mon, 1 Jan 2024 10:00:00 +0000
X-Own: kept
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="out"

This is for readers without MIME.
--out
Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=F6=DFe
--in
Content-Type: text/html; charset=utf-8

<p>Größe
--in--
--out
Content-Type: text/plain; charset=koi8-r; name*0*=koi8-r''%F4%C5; name*1=xt.txt
content-disposition: attachment
Content-Description: in its own charset
Content-Transfer-Encoding: 8bit

]] .. "\xf4\xc5\xcb\xd3\xd4" .. [[

--out
Content-Type: application/octet-stream; name="odd.bin"
Content-Disposition: attachment; filename="odd.bin"; size=9
Content-Transfer-Encoding: BASE64

AAEC
Aw   QF

BgcI
--out
Content-Type: application/x-uue; name=u.bin
Content-Transfer-Encoding: x-uuencode
Content-Disposition: attachment

begin 644 u.bin
#0V%T
`
end
--out
Content-Type: message/rfc822
Content-Disposition: attachment

Subject: inner
Content-Type: multipart/mixed; boundary=out

--out

a text
--out--
--out
Content-Type: image/png
Content-ID: <pic@x>
Content-Disposition: inline
Content-Transfer-Encoding: base64

iVBORw0K
--out
Content-Type: application/empty; name=e
Content-Disposition: attachment

--out--
behind it
]]

describe("a message whose text changes", function()
  local item, kept
  before_each(function()
    item = import(OTHERS)
    kept = sections(item, { "2", "2.MIME", "3", "3.MIME", "4", "4.MIME", "5", "5.MIME", "6",
      "6.MIME" })
    said = {}
  end)

  -- the digests of what can be read of it
  local function contents()
    local list = {}
    for _, each in ipairs(item.attachments) do
      list[#list + 1] = { each.name, each.type == "message/rfc822" and each:item().subject
        or core.text.hex(each:read()) }
    end
    table.sort(list, function(a, b) return a[1] < b[1] end)
    return list
  end

  it("keeps its attachments as they are, header and all", function()
    local before = contents()
    said = {}
    item:update { text = "another text" }
    assert.truthy(heard():find("CATENATE", 1, true))
    for _, n in ipairs { "2", "3", "4", "5", "6" } do
      assert.truthy(heard():find(";SECTION=" .. n .. ".MIME", 1, true), n)
      assert.truthy(heard():find(";SECTION=" .. n .. '"', 1, true), n)
    end
    assert.falsy(heard():find "PEEK%[[2-6]") -- the empty one alone is built anew
    item:reload()
    assert.equal("another text", item.text)
    assert.same(before, contents())
    assert.equal("kept", item.headers["X-Own"])
    assert.same(kept, sections(item, { "2", "2.MIME", "3", "3.MIME", "4", "4.MIME", "5",
      "5.MIME", "6", "6.MIME" }))
  end)

  it("loses one and gets one, the others stay", function()
    assert.equal("odd.bin", item.attachments[2].name)
    item.attachments[2]:delete()
    item:attach { name = "new.bin", data = LARGE }
    item:save()
    item:reload()
    assert.same({ kept[1], kept[2], kept[5], kept[6], kept[7], kept[8] },
      sections(item, { "2", "2.MIME", "3", "3.MIME", "4", "4.MIME" }))
    local names = {}
    for _, each in ipairs(item.attachments) do names[each.name] = each end
    assert.is_true(LARGE == names["new.bin"]:read())
    assert.is_nil(names["odd.bin"])
    assert.equal("Größe", item.text)
  end)

  it("has the round trips of its text alone", function()
    item:update { categories = {} } -- selected
    local before = session.imap.round_trips
    item:update { text = "x" }
    -- flags and header, structure, the other body, stored, the old removed
    assert.is_true(session.imap.round_trips - before <= 5, session.imap.round_trips - before)
  end)
end)

describe("what is broken", function()
  for name, text in pairs {
    ["a part that never ends"] = "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n"
      .. "--b\n\ntext\n--b\nContent-Type: application/x; name=x\n"
      .. "Content-Transfer-Encoding: base64\n\nAAECAw==",
    ["all of it an attachment"] = "Subject: s\nContent-Type: application/x; name=x\n"
      .. "Content-Disposition: attachment; filename=x\nContent-Transfer-Encoding: base64\n\n"
      .. "AAECAw==\n",
    ["a part with NUL"] = "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n"
      .. "--b\n\ntext\n--b\nContent-Type: application/x; name=x\n"
      .. "Content-Transfer-Encoding: base64\n\nAAEC\0Aw==\n--b--\n",
    ["a header that has no end"] = "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n"
      .. "--b\n\ntext\n--b\nContent-Type: application/x; name=x\n"
      .. "no header field\nContent-Transfer-Encoding: base64\n\nAAECAw==\n--b--\n",
    ["a digest"] = "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n"
      .. "--b\nContent-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: x\n\ninner\n--d--\n"
      .. "--b--\n",
    ["a boundary in two lines"] = "Subject: s\nContent-Type: multipart/mixed;\n boundary=b\n\n"
      .. "--b \n\ntext\n--b\t\nContent-Type: application/x; name=x\n"
      .. "Content-Transfer-Encoding: base64\n\nAAECAw==\n--b--\n",
  } do
    it("is read after the change as before: " .. name, function()
      local item = import(text)
      local function look()
        local list = {}
        for i, each in ipairs(item.attachments) do
          list[i] = { each.name, each.type == "message/rfc822" and each:item().text or each:read() }
        end
        return list
      end
      local before = look()
      assert.equal(1, #before)
      item:update { text = "another" }
      item:reload()
      assert.equal("another", item.text)
      assert.same(before, look())
    end)
  end
end)

describe("a draft that forwards", function()
  it("has the attachments without their coming here", function()
    local item = folder:create { subject = "of old", text = "Text", attachments = {
      { name = "large.bin", data = LARGE }, { name = "small.txt", data = "small" } } }
    local before = sections(item, { "2", "2.MIME", "3", "3.MIME" })
    item = folder:get(item.id)
    said = {}
    local draft = item:forward { to = "b@example.test", text = "see below" }
    assert.truthy(heard():find("CATENATE", 1, true), heard())
    assert.falsy(heard():find "PEEK%[[23]")
    assert.is_true(uploaded() < 5000)
    assert.same(before, sections(draft, { "2", "2.MIME", "3", "3.MIME" }))
    assert.is_true(LARGE == draft:reload().attachments[1]:read())
    assert.truthy(draft.text:find "see below")
  end)
end)

describe("a server that does not put it together", function()
  local message = url.message
  after_each(function() url.message = message end)

  it("gets the same bytes: a URL that it cannot resolve", function()
    local item = import(OTHERS)
    local before = sections(item, { "2", "2.MIME", "4", "4.MIME" })
    function url.message() return "/nowhere;UIDVALIDITY=1/;UID=1" end
    said = {}
    item:update { text = "another text" }
    assert.truthy(heard():find("CATENATE", 1, true))
    assert.truthy(heard():find "BODY.PEEK%[2.MIME%].*APPEND [^\n]* {%d+}")
    assert.same(before, sections(item, { "2", "2.MIME", "4", "4.MIME" }))
    assert.equal("another text", item:reload().text)
    local count = 0
    for each in folder:items { where = { subject = "parts" } } do
      count = count + (each.text == "another text" and 1 or 0)
      if each.id ~= item.id then each:delete { hard = true } end
    end
    item:delete { hard = true }
    assert.is_true(count >= 1)
  end)

  it("is asked what became of it: lost in the middle of it", function()
    local hello = "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
      .. "C: $tag AUTHENTICATE PLAIN …\n"
      .. "S: $tag OK [CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS CATENATE] in\n"
      .. 'C: $tag LIST "" ""\nS: * LIST (\\Noselect) "/" ""\nS: $tag OK done\n'
    local peer <close> = line_peer.start(hello .. [[
C: $tag SELECT INBOX
S: * 1 EXISTS
S: * OK [UIDVALIDITY 7] x
S: $tag OK [READ-WRITE] x
C: $tag UID SEARCH ALL
S: * SEARCH 3
S: $tag OK x
C: $tag UID FETCH 3 (UID FLAGS)
S: * 1 FETCH (UID 3 FLAGS ())
S: $tag OK x
C: $tag UID FETCH 3 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER] …
S- * 1 FETCH (UID 3 FLAGS () INTERNALDATE "01-Jan-2024 10:00:00 +0000" RFC822.SIZE 70019
S-  BODY[HEADER] {19}\r\nSubject: of old\r\n\r\n BODY[]<0> {65536}\r\n
! bytes 65536
S: )
S: $tag OK x
C: $tag APPEND INBOX …CATENATE (TEXT {…+}
C# 16
C:  URL "/INBOX;UIDVALIDITY=7/;UID=3/;SECTION=TEXT")
]])
    local own = satchel.connect { url = "imap://" .. peer.place, user = "a@x.test",
      password = "p", tls = false, proxy = false, timeout = 5 }
    local item = own.inbox:query({ fields = { "unread" } }):first()
    local ok, err = satchel.try(item.update, item, { subject = "new" })
    own:close()
    peer:check()
    assert.is_false(ok)
    assert.equal("network", err.kind)
    assert.is_true(err.uncertain)
  end)
end)
