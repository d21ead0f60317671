import Foundation
import Security

struct KeychainError: Error { let status: OSStatus }

/// One string in the Keychain: readable after the first unlock, and not part of backups.
struct Keychain {
  let service: String
  let account: String
  private var item: [CFString: Any] {
    [kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: account]
  }

  /// Nil if there is none. Throws where it cannot be read now, which is something else.
  func read() throws -> String? {
    var found: CFTypeRef?
    let status = SecItemCopyMatching(item.merging([kSecReturnData: true]) { $1 } as CFDictionary, &found)
    if status == errSecItemNotFound { return nil }
    guard status == errSecSuccess, let data = found as? Data else { throw KeychainError(status: status) }
    return String(decoding: data, as: UTF8.self)
  }

  func write(_ value: String?) throws {
    var status: OSStatus
    if let value {
      let content: [CFString: Any] = [
        kSecValueData: Data(value.utf8),
        kSecAttrAccessible: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
      ]
      status = SecItemUpdate(item as CFDictionary, content as CFDictionary)
      if status == errSecItemNotFound { status = SecItemAdd(item.merging(content) { $1 } as CFDictionary, nil) }
    } else {
      status = SecItemDelete(item as CFDictionary)
      if status == errSecItemNotFound { status = errSecSuccess }
    }
    guard status == errSecSuccess else { throw KeychainError(status: status) }
  }
}
