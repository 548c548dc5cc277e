// Apollo Kotlin 4. Not run here: this project has no Kotlin. What is tested are the operation it names
// (../operations/CustomerHeader.graphql) and the requests that Apollo Kotlin makes (tests/examples/test_mobile.py).
//
// build.gradle.kts:
//   plugins { id("com.apollographql.apollo") version "4.3.3" }
//   apollo {
//     service("loyalty") {
//       packageName.set("com.example.loyalty")
//       schemaFile.set(file("schema.graphql"))   // of this repository
//       srcDir("operations")                     // examples/operations
//       operationManifestFormat.set("persistedQueryManifest")  // GATEWAY_DOCUMENTS__MANIFEST takes the file
//     }
//   }
package com.example.loyalty

import com.apollographql.apollo.ApolloClient
import com.apollographql.apollo.api.Optional
import com.apollographql.apollo.api.http.HttpMethod
import com.apollographql.apollo.exception.ApolloException
import com.example.loyalty.type.CustomerBy

val client = ApolloClient.Builder()
    .serverUrl("https://loyalty.example.com/graphql")
    .addHttpHeader("x-api-key", "…")
    // The hash by GET, and the text by POST where the gateway does not know it yet.
    .autoPersistedQueries(httpMethodForHashedQueries = HttpMethod.Get)
    .build()

sealed interface CustomerScreen {
    data class Known(val name: String?, val points: Double?, val pointsLost: Boolean) : CustomerScreen
    data object Unknown : CustomerScreen
    data class Failed(val code: String?) : CustomerScreen
}

suspend fun customerScreen(mobile: String): CustomerScreen {
    val response = client.query(CustomerHeaderQuery(CustomerBy(mobile = Optional.present(mobile)))).execute()
    val codes = response.errors.orEmpty().map { it.extensions?.get("code") as? String }
    val exception: ApolloException? = response.exception
    val customer = response.data?.customer
    return when {
        exception != null -> CustomerScreen.Failed(null) // no answer: offline, or not GraphQL
        customer != null -> CustomerScreen.Known(
            name = customer.firstName,
            points = customer.points?.loyaltyPoints,
            // A field that is null with an error is lost for now; without an error there is nothing.
            pointsLost = response.errors.orEmpty().any { it.path == listOf("customer", "points") },
        )
        codes.isEmpty() -> CustomerScreen.Unknown
        else -> CustomerScreen.Failed(codes.first()) // CUSTOMER_DELETED, UNAUTHENTICATED, OVERLOADED …
    }
}
