local memory = require "support.memory_driver"
local satchel = require "satchel"
local saying = require("support.refused").saying

local function refused(kind, what, options)
  return saying(kind, what, satchel.connect, options)
end

describe("connect", function()
  local opened, saved, found, asked

  before_each(function()
    saved = {}
    for _, protocol in ipairs { "mapi", "imap", "pop3" } do
      local name = ("satchel.%s.driver"):format(protocol)
      saved[name] = package.loaded[name] or false
      package.loaded[name] = { open = function(options)
        opened = options
        opened.driver = protocol
        return memory.new { user = options.user }
      end }
    end
    saved["satchel.discovery"] = package.loaded["satchel.discovery"] or false
    package.loaded["satchel.discovery"] = { discover = function(question)
      asked = question
      return found
    end }
    opened, asked = {}, nil
  end)

  after_each(function()
    for name, module in pairs(saved) do package.loaded[name] = module or nil end
  end)

  it("gives a session, with defaults for what was not said", function()
    local session <close> = satchel.connect { user = "anna@example.test", password = "x",
      url = "mapi://h" }
    assert.equal("anna@example.test", session.user)
    assert.equal(60, opened.timeout)
    assert.is_true(opened.tls)
  end)

  for _, url in ipairs { "mapi://mail.example.test", "https://h/mapi/emsmdb/?MailboxId=1",
    "MAPI://h" } do
    it("speaks MAPI for " .. url, function()
      satchel.connect { user = "a@b", token = function() return "t" end, url = url }
      assert.equal(url, opened.url)
    end)
  end

  it("looks for the mailbox where no url says it", function()
    found = { protocol = "mapi", url = "https://h/x", endpoints = { url = "https://h/x",
      user_dn = "/o=x", nspi_url = "https://h/n" } }
    satchel.connect { user = "a@b.test", password = function() return "secret" end, timeout = 7 }
    assert.equal("a@b.test", asked.user)
    assert.same({ user = "a@b.test", password = "secret" }, asked.auth)
    assert.equal(7, asked.timeout)
    assert.is_nil(asked.protocol)
    assert.equal("mapi", opened.driver)
    assert.equal(found.endpoints, opened.endpoints)
  end)

  it("uses what was found of a mail server", function()
    found = { protocol = "imap", url = "imaps://imap.b.test", smtp = "smtp://smtp.b.test",
      user = "a", smtp_user = "a1" }
    satchel.connect { user = "a@b.test", token = "t" }
    assert.equal("imap", opened.driver)
    assert.equal("imaps://imap.b.test", opened.url)
    assert.equal("a", opened.login)
    assert.same({ url = "smtp://smtp.b.test", user = "a1" }, opened.smtp)
  end)

  it("leaves what the caller said", function()
    found = { protocol = "pop3", url = "pop3s://pop.b.test", smtp = "smtp://smtp.b.test",
      user = "a" }
    satchel.connect { user = "a@b.test", password = "x", login = "mine",
      smtp = "smtps://other.test" }
    assert.equal("pop3", opened.driver)
    assert.equal("mine", opened.login)
    assert.same({ url = "smtps://other.test" }, opened.smtp)
  end)

  for url, protocol in pairs { ["imap:"] = "imap", ["imaps:"] = "imap", ["POP3:"] = "pop3",
    ["imap://"] = "imap" } do
    it("looks for a server of the protocol that stands alone: " .. url, function()
      found = { protocol = protocol, url = protocol .. "s://x.b.test" }
      satchel.connect { user = "a@b.test", password = "x", url = url }
      assert.equal(protocol, asked.protocol)
      assert.equal(protocol, opened.driver)
    end)
  end

  it("leaves it to Exchange to look for itself", function()
    satchel.connect { user = "a@b.test", password = "x", url = "mapi:" }
    satchel.connect { user = "a@b.test", password = "x", transport = function() end }
    assert.is_nil(asked)
    assert.equal("mapi", opened.driver)
  end)

  it("verifies certificates unless told", function()
    satchel.connect { user = "a@b", tls = { ca = "ca.pem" }, url = "mapi://h" }
    assert.same({ ca = "ca.pem", verify = true }, opened.tls)
    satchel.connect { user = "a@b", tls = false, url = "http://h/mapi/emsmdb/" }
    assert.is_false(opened.tls)
  end)

  for _, url in ipairs { "maildir:///x", "mbox:///x", "local:///x" } do
    it("does not speak for " .. url .. " yet", function()
      refused("unsupported", "is not there yet", { user = "a@b", url = url })
    end)
  end

  for _, case in ipairs {
    { { user = "a@b", pasword = "x" }, "unknown option 'pasword'; did you mean 'password'?" },
    { { password = "x" }, "option 'user' is missing" },
    { { user = "a@b", url = "mpai://h" }, "unknown scheme 'mpai'; did you mean 'mapi'?" },
    { { user = "a@b", url = "host" }, "url has no scheme" },
    { { user = "a@b", url = "http://h/mapi/emsmdb/" }, "url is not encrypted" },
    { { user = "a@b", password = "x", token = "y" }, "not both" },
    { { user = "a@b\r\nX: y" }, "a line break in an option" },
    { { user = "a@b", timeout = 0 }, "timeout is 0 seconds" },
    { { user = "a@b", tls = { cacert = "x" } }, "connect: tls: unknown option 'cacert'" },
    { { user = "a@b", timeout = "60" }, "is a string where a number is expected" },
    { "mapi://h", "options are a table" },
  } do
    it("refuses: " .. case[2], function() refused("invalid", case[2], case[1]) end)
  end

  it("says no secret in an error", function()
    local _, err = satchel.try(satchel.connect, { user = 1, password = "hunter2", url = "mapi:" })
    assert.is_nil(tostring(err):find("hunter2", 1, true))
  end)

  it("runs dry", function()
    local said = {}
    local session = satchel.connect { user = "a@b", dry_run = true, url = "mapi://h",
      trace = function(event) said[#said + 1] = event.op end }
    session:send { to = "a@b" }
    assert.same({ "send" }, said)
  end)
end)
