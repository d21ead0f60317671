// Needs com.squareup.okhttp3:okhttp 5.
import java.io.IOException
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody
import org.json.JSONException
import org.json.JSONObject

/** OkHttp and Apollo Kotlin pass on nothing but `IOException`. */
sealed class ApiException(message: String, cause: Throwable? = null) : IOException(message, cause)

/** UNAUTHENTICATED. With a challenge, the password was right: ask for a code of the second factor. */
class Refused(message: String, val reason: String?, val challenge: String?) : ApiException(message)

/** No answer, or one that says nothing about the tokens. */
class Unavailable(message: String, val retryAfter: Long? = null, cause: Throwable? = null) : ApiException(message, cause)

/** Any other error of the server. */
class Failed(message: String, val reason: String?) : ApiException(message)

/** Where the refresh token is kept; null for none. */
interface Vault {
    fun read(): String?
    fun write(refresh: String?)
}

/** Keeps one user signed in. It blocks: call it on `Dispatchers.IO`, as the interceptor does on OkHttp's threads. */
class TokenStore(private val url: String, private val vault: Vault, private val http: OkHttpClient = OkHttpClient()) {
    private var access: String? = null

    @Synchronized
    fun signIn(username: String, password: String) {
        hold(ask(Operations.SIGN_IN, JSONObject().put("username", username).put("password", password)).getJSONObject("tokenObtainPair"))
    }

    /** Ends a sign-in that was refused with a challenge. */
    @Synchronized
    fun signInWithCode(challenge: String, code: String) {
        val variables = JSONObject().put("challenge", challenge).put("code", code)
        hold(ask(Operations.SIGN_IN_WITH_CODE, variables).getJSONObject("tokenObtainPairOtp"))
    }

    @Synchronized
    fun signOut() {
        val refresh = vault.read()
        forget()
        if (refresh != null) runCatching { ask(Operations.SIGN_OUT, JSONObject().put("refresh", refresh)) }
    }

    /** One that was not refused yet; null if nobody is signed in. Concurrent callers share one refresh. */
    @Synchronized
    fun accessToken(refused: String? = null): String? {
        access?.let { if (it != refused) return it }
        val refresh = vault.read() ?: return null
        try {
            return hold(patiently { ask(Operations.REFRESH, JSONObject().put("refresh", refresh)) }.getJSONObject("tokenRefresh"))
        } catch (_: Refused) {
            forget() // only this signs out
            return null
        }
    }

    private fun hold(tokens: JSONObject): String {
        if (!tokens.isNull("refresh")) vault.write(tokens.getString("refresh"))
        return tokens.getString("access").also { access = it }
    }

    private fun forget() {
        access = null
        vault.write(null)
    }

    /** A lost answer is asked for again while the server still gives the same one. */
    private fun <T> patiently(ask: () -> T): T {
        for (milliseconds in listOf(250L, 1000L, 3000L)) {
            try {
                return ask()
            } catch (_: Unavailable) {
                Thread.sleep(milliseconds)
            }
        }
        return ask()
    }

    private fun ask(query: String, variables: JSONObject): JSONObject {
        val body = JSONObject().put("query", query).put("variables", variables).toString()
        val request = Request.Builder().url(url).post(body.toRequestBody("application/json".toMediaType())).build()
        try {
            val answer = JSONObject(http.newCall(request).execute().use { it.body.string() })
            val error = answer.optJSONArray("errors")?.getJSONObject(0) ?: return answer.getJSONObject("data")
            throw meaningOf(error.getString("message"), error.optJSONObject("extensions") ?: JSONObject())
        } catch (error: ApiException) {
            throw error
        } catch (cause: IOException) {
            throw Unavailable("no answer", cause = cause)
        } catch (cause: JSONException) {
            throw Unavailable("not the answer of a GraphQL server", cause = cause)
        }
    }

    private fun meaningOf(message: String, extensions: JSONObject): ApiException =
        when (extensions.optString("code")) {
            "UNAUTHENTICATED" -> Refused(message, extensions.text("reason"), extensions.text("challenge"))
            "SERVICE_UNAVAILABLE", "INTERNAL_SERVER_ERROR" -> Unavailable(message, extensions.optLong("retryAfter"))
            else -> Failed(message, extensions.text("reason"))
        }

    private fun JSONObject.text(name: String): String? = optString(name).ifEmpty { null }
}
