// Needs androidx.datastore:datastore and datastore-tink 1.3, and com.google.crypto.tink:tink-android 1.16 or newer.
import android.content.Context
import androidx.datastore.core.DataStoreFactory
import androidx.datastore.core.Serializer
import androidx.datastore.core.handlers.ReplaceFileCorruptionHandler
import androidx.datastore.tink.AeadSerializer
import com.google.crypto.tink.Aead
import com.google.crypto.tink.KeyTemplate
import com.google.crypto.tink.RegistryConfiguration
import com.google.crypto.tink.aead.AeadConfig
import com.google.crypto.tink.aead.PredefinedAeadParameters
import com.google.crypto.tink.integration.android.AndroidKeysetManager
import java.io.InputStream
import java.io.OutputStream
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking

/** Make one, in your `Application`: two DataStores on one file are an error. */
class KeystoreVault(context: Context) : Vault {
    private val aead = run {
        AeadConfig.register()
        AndroidKeysetManager.Builder()
            .withSharedPref(context, "refresh-token-keyset", "refresh-token-keyset")
            .withKeyTemplate(KeyTemplate.createFrom(PredefinedAeadParameters.AES256_GCM))
            .withMasterKeyUri("android-keystore://refresh-token")
            .build().keysetHandle.getPrimitive(RegistryConfiguration.get(), Aead::class.java)
    }
    private val store = DataStoreFactory.create(
        serializer = AeadSerializer(aead, Text, "refresh-token".encodeToByteArray()),
        corruptionHandler = ReplaceFileCorruptionHandler { "" }, // a key that was lost: sign in again
        produceFile = { context.noBackupFilesDir.resolve("refresh-token") },
    )

    override fun read(): String? = runBlocking { store.data.first() }.ifEmpty { null }

    override fun write(refresh: String?) {
        runBlocking { store.updateData { refresh ?: "" } }
    }
}

private object Text : Serializer<String> {
    override val defaultValue = ""
    override suspend fun readFrom(input: InputStream): String = input.readBytes().decodeToString()
    override suspend fun writeTo(t: String, output: OutputStream) = output.write(t.encodeToByteArray())
}
