-- URLs of IMAP: what is escaped, and what servers that send say of theirs.

local url = require "satchel.imap.url"

describe("the URL of a message", function()
  for _, case in ipairs {
    -- RFC 4469 3, but for the case of "section"
    { { mailbox = "Drafts", uidvalidity = 385759045, uid = 20, section = "HEADER" },
      "/Drafts;UIDVALIDITY=385759045/;UID=20/;SECTION=HEADER" },
    { { mailbox = "INBOX", uidvalidity = 785799047, uid = 113330, section = "1.5.9" },
      "/INBOX;UIDVALIDITY=785799047/;UID=113330/;SECTION=1.5.9" },
    { { mailbox = "INBOX", uidvalidity = 1, uid = 2 }, "/INBOX;UIDVALIDITY=1/;UID=2" },
    { { mailbox = "a/b.c", uidvalidity = 1, uid = 2 }, "/a/b.c;UIDVALIDITY=1/;UID=2" },
    { { mailbox = "Größe", uidvalidity = 1, uid = 2 }, "/Gr%C3%B6%C3%9Fe;UIDVALIDITY=1/;UID=2" },
    { { mailbox = "a b;c?d#e%f", uidvalidity = 1, uid = 2 },
      "/a%20b%3Bc%3Fd%23e%25f;UIDVALIDITY=1/;UID=2" },
    { { mailbox = 'x"\\y', uidvalidity = 1, uid = 2 }, "/x%22%5Cy;UIDVALIDITY=1/;UID=2" },
    { { mailbox = "/x", uidvalidity = 1, uid = 2 }, "/%2Fx;UIDVALIDITY=1/;UID=2" },
    { { mailbox = "../x/.", uidvalidity = 1, uid = 2 }, "/%2E%2E/x/%2E;UIDVALIDITY=1/;UID=2" },
    { { mailbox = "...", uidvalidity = 1, uid = 2, section = "TEXT" },
      "/...;UIDVALIDITY=1/;UID=2/;SECTION=TEXT" },
    { { mailbox = "user.x@y:z", uidvalidity = 1, uid = 4294967295, section = "2.MIME" },
      "/user.x%40y%3Az;UIDVALIDITY=1/;UID=4294967295/;SECTION=2.MIME" },
  } do
    it(case[2], function() assert.equal(case[2], url.message(case[1])) end)
  end

  it("holds no line break", function()
    for _, name in ipairs { "a\r\nb", "a\n", "\0" } do
      local ok, err = pcall(url.message, { mailbox = name, uidvalidity = 1, uid = 2 })
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end
  end)
end)

describe("the URL of a message to be sent", function()
  local place <const> = { mailbox = "Sent", uidvalidity = 7, uid = 9 }
  for _, case in ipairs {
    { { user = "fred", sender = "fred", host = "imap.example.com" },
      "imap://fred@imap.example.com/Sent;UIDVALIDITY=7/;UID=9"
        .. ";EXPIRE=2005-11-30T12:34:56Z;URLAUTH=submit+fred" },
    { { user = "a@x.test", sender = "b:c@x.test", host = "h", port = 143 },
      "imap://a%40x.test@h/Sent;UIDVALIDITY=7/;UID=9"
        .. ";EXPIRE=2005-11-30T12:34:56Z;URLAUTH=submit+b%3Ac%40x.test" },
    { { user = "a", sender = "a", host = "::1", port = 1143 },
      "imap://a@[::1]:1143/Sent;UIDVALIDITY=7/;UID=9"
        .. ";EXPIRE=2005-11-30T12:34:56Z;URLAUTH=submit+a" },
    { { user = "a", sender = "a", host = "h", port = 1143, authority = "mail.x.test" },
      "imap://a@mail.x.test/Sent;UIDVALIDITY=7/;UID=9"
        .. ";EXPIRE=2005-11-30T12:34:56Z;URLAUTH=submit+a" },
  } do
    it(case[2], function()
      case[1].expires = 1133354096
      assert.equal(case[2], url.submission(place, case[1]))
    end)
  end
end)

describe("a parameter of BURL", function()
  for _, case in ipairs {
    { "imap://imap.example.com", "imap.example.com", "imap.example.com" },
    { "IMAP://Mail.Example.com:1143/", "mail.example.com:1143", "mail.example.com" },
    { "imap://[::1]:143", "[::1]:143", "::1" },
    { "imap" }, { "http://x" }, { "imap://" }, { "imap://x/y" },
  } do
    it(case[1], function()
      local authority, host = url.authority(case[1])
      assert.equal(case[2], authority)
      assert.equal(case[3], host)
    end)
  end
end)
