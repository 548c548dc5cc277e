// Apollo iOS 1.17 or newer. Not run here: this project has no Swift. What is tested are the operation it names
// (../operations/CustomerHeader.graphql) and the requests that Apollo iOS makes (tests/examples/test_mobile.py).
//
// apollo-codegen-config.json:
//   {
//     "schemaNamespace": "Loyalty",
//     "input": { "schemaSearchPaths": ["schema.graphql"], "operationSearchPaths": ["operations/*.graphql"] },
//     "output": { "schemaTypes": { "path": "Loyalty", "moduleType": { "swiftPackage": {} } },
//                 "operations": { "inSchemaModule": {} } },
//     "operationManifest": { "path": "persisted-query-manifest.json", "version": "persistedQueries" }
//   }
// GATEWAY_DOCUMENTS__MANIFEST takes that manifest.
import Apollo
import Foundation
import Loyalty

enum CustomerScreen {
  case known(name: String?, points: Double?, pointsLost: Bool)
  case unknown
  case failed(code: String?)
}

let client: ApolloClient = {
  let store = ApolloStore(cache: InMemoryNormalizedCache())
  let transport = RequestChainNetworkTransport(
    interceptorProvider: DefaultInterceptorProvider(store: store),
    endpointURL: URL(string: "https://loyalty.example.com/graphql")!,
    additionalHeaders: ["x-api-key": "…"],
    autoPersistQueries: true
  )
  return ApolloClient(networkTransport: transport, store: store)
}()

func customerScreen(mobile: String, show: @escaping (CustomerScreen) -> Void) {
  client.fetch(query: Loyalty.CustomerHeaderQuery(by: .mobile(mobile))) { result in
    // Offline, or a status that is not 200: nothing was executed.
    guard case .success(let answer) = result else { return show(.failed(code: nil)) }
    let errors = answer.errors ?? []
    if let customer = answer.data?.customer {
      // A field that is null with an error is lost for now; without an error there is nothing.
      let lost = errors.contains { $0.path?.map(String.init(describing:)).last?.contains("points") ?? false }
      show(.known(name: customer.firstName, points: customer.points?.loyaltyPoints, pointsLost: lost))
    } else if let error = errors.first {
      show(.failed(code: error.extensions?["code"] as? String))  // CUSTOMER_DELETED, UNAUTHENTICATED, OVERLOADED …
    } else {
      show(.unknown)
    }
  }
}
