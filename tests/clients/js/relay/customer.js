// The questions of this application; relay-compiler reads them here.
import { graphql } from 'relay-runtime';

export const questions = () => [
  graphql`
    query customerHeaderQuery($by: CustomerBy!) {
      customer(by: $by) {
        id
        firstName
        points {
          loyaltyPoints
          currentSlab
        }
      }
    }
  `,
  graphql`
    query customerCardsQuery($by: CustomerBy!) {
      customer(by: $by) {
        id
        firstName
        cards {
          cardNumber
        }
      }
    }
  `,
];
