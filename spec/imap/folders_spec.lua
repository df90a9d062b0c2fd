-- Folders as they are listed: by a real Dovecot, and by servers that tell less than others.

local line_peer = require "support.line_peer"
local own_folder = require "support.own_folder"
local refused = require("support.refused").kind
local satchel = require "satchel"

own_folder.each_server(_ENV, function(peer)
  describe("folders", function()
    local at = own_folder.place(_ENV, peer, "Listed folders")

    it("tell their size", function()
      local sized = at.folder:create_folder "sized"
      local item = sized:create { subject = "x", text = "y" }
      sized:reload()
      assert.equal(item.size, sized.size)
    end)

    it("have no calendar among them, and no item at the top", function()
      refused("unsupported", function() return at.session.calendar end)
      refused("unsupported", function() return at.session.root:query():count() end)
    end)
  end)
end)

describe("a folder that LIST leaves out though others lie in it", function()
  local log_on <const> = [[
    S: * PREAUTH [CAPABILITY IMAP4rev1] ready
    C: $tag LIST "" ""
    S: * LIST (\Noselect) "/" ""
    S: $tag OK done
  ]]
  local lists <const> = [[
    C: $tag LIST "" "*"
    S: * LIST (\HasNoChildren) "/" "INBOX"
    S: * LIST (\HasNoChildren) "/" "a/b"
    S: $tag OK done
    C: $tag STATUS INBOX (MESSAGES UNSEEN)
    S: * STATUS "INBOX" (MESSAGES 1 UNSEEN 0)
    S: $tag OK done
    C: $tag STATUS "a/b" (MESSAGES UNSEEN)
    S: * STATUS "a/b" (MESSAGES 2 UNSEEN 0)
    S: $tag OK done
  ]]
  local asked <const> = [[
    C: $tag LIST "" "a"
    S: $tag OK nothing
    C: $tag STATUS "a" (MESSAGES UNSEEN)
    S: $tag NO there is none
    C: $tag LIST "" "a/*"
    S: * LIST (\HasNoChildren) "/" "a/b"
    S: $tag OK done
  ]]

  local function open(script)
    local peer = line_peer.start(log_on .. script .. "! drain")
    return peer, satchel.connect { user = "anna@example.test", password = "x", tls = false,
      url = ("imap://%s:%d"):format(peer.host, peer.port) }
  end

  it("is listed, with nothing in it", function()
    local peer <close>, session = open(lists)
    local paths = {}
    for folder in session:folders() do paths[#paths + 1] = folder.path .. " " .. folder.total end
    assert.same({ "Inbox 1", "a 0", "a/b 2" }, paths)
    session:close()
    peer:check()
  end)

  it("is found by its name", function()
    local peer <close>, session = open(asked)
    assert.equal("a", session:folder("a").path)
    session:close()
    peer:check()
  end)
end)

describe("a folder that is renamed where it is", function()
  local renaming <const> = [[
    S: * PREAUTH [CAPABILITY IMAP4rev1] ready
    C: $tag LIST "" ""
    S: * LIST (\Noselect) "/" ""
    S: $tag OK done
    C: $tag LIST "" "a"
    S: * LIST () "/" "a"
    S: $tag OK done
    C: $tag STATUS "a" (MESSAGES UNSEEN)
    S: * STATUS "a" (MESSAGES 0 UNSEEN 0)
    S: $tag OK done
    C: $tag LIST "" "a/kid"
    S: * LIST () "/" "a/kid"
    S: $tag OK done
    C: $tag STATUS "a/kid" (MESSAGES UNSEEN)
    S: * STATUS "a/kid" (MESSAGES 0 UNSEEN 0)
    S: $tag OK done
    C: $tag STATUS "a/kid" (UIDVALIDITY)
    S: * STATUS "a/kid" (UIDVALIDITY 77)
    S: $tag OK done
    C: $tag RENAME "a/kid" "a/kind"
    S: $tag OK renamed
    C: $tag SUBSCRIBE "a/kind"
    S: $tag NO there is none
    C: $tag UNSUBSCRIBE "a/kid"
    S: $tag OK done
    C: $tag LIST "" "a/kind"
    S: $tag OK nothing
    C: $tag LIST "" "kidkind"
    S: * LIST () "/" "kidkind"
    S: $tag OK done
    C: $tag STATUS "kidkind" (UIDVALIDITY)
  ]]

  local function renamed(script)
    local peer <close> = line_peer.start(renaming .. script .. "C: $tag LOGOUT\nS: $tag OK bye\n")
    local session = satchel.connect { user = "anna@example.test", password = "x", tls = false,
      url = ("imap://%s:%d"):format(peer.host, peer.port) }
    local ok, result = satchel.try(function() return session:folder("a/kid"):rename "kind" end)
    session:close()
    peer:check()
    return ok, result
  end

  local in_place <const> = [[
    C: $tag LIST "" "a/kind"
    S: * LIST () "/" "a/kind"
    S: $tag OK done
    C: $tag SUBSCRIBE "a/kind"
    S: $tag OK done
  ]]

  it("comes back from where the server has put it", function()
    local ok, folder = renamed([[
      S: * STATUS "kidkind" (UIDVALIDITY 77)
      S: $tag OK done
      C: $tag RENAME "kidkind" "kind 77"
      S: $tag OK done
      C: $tag LIST "" "kind 77"
      S: $tag OK not yet
      C: $tag LIST "" "kind 77"
      S: * LIST () "/" "kind 77"
      S: $tag OK done
      C: $tag RENAME "kind 77" "a/kind"
      S: $tag OK done
      C: $tag LIST "" "a/kind"
      S: * LIST () "/" "a/kind"
      S: $tag OK done
    ]] .. in_place)
    assert.is_true(ok, tostring(folder))
    assert.equal("a/kind", folder.id)
  end)

  it("is not another that happens to be called so", function()
    local ok, folder = renamed([[
      S: * STATUS "kidkind" (UIDVALIDITY 5)
      S: $tag OK done
    ]] .. in_place)
    assert.is_true(ok, tostring(folder))
    assert.equal("a/kind", folder.id)
  end)

  it("is named where it does not come back", function()
    local ok, err = renamed [[
      S: * STATUS "kidkind" (UIDVALIDITY 77)
      S: $tag OK done
      C: $tag RENAME "kidkind" "kind 77"
      S: $tag OK done
      C: $tag LIST "" "kind 77"
      S: * LIST () "/" "kind 77"
      S: $tag OK done
      C: $tag RENAME "kind 77" "a/kind"
      S: $tag NO [NOPERM] no more
    ]]
    assert.is_false(ok)
    assert.equal("denied", err.kind)
    assert.matches("'kind 77'", err.message)
  end)
end)
